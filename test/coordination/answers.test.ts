import { beforeEach, describe, expect, it } from 'vitest';
import type { PodEvent } from '../../src/coordination/events.ts';
import type { CallName } from '../../src/coordination/context.ts';
import type { StateUuid } from '../../src/coordination/types.ts';
import { ANSWERS } from '../../src/telemetry/labels.ts';
import { callerOf, coordinatorOver, memoryStore, pod } from './cluster.ts';

const UUID = 'aaaaaaaa-0000-4000-8000-000000000001' as StateUuid;
const OTHER = UUID.replaceAll('a', 'b') as StateUuid;
const empty = (ask: number) => `cluster=db\nask=${ask}\ndata=empty\nidentity=chosen\n`;
const holding = (ask: number, uuid: string, seqno: number) =>
  `cluster=db\nask=${ask}\ndata=present\nuuid=${uuid}\nseqno=${seqno}\nsafe=0\n`;

function setUp() {
  const pods = [0, 1, 2].map((index) => pod('shop', 'db', index));
  const heard: string[] = [];
  const coordinator = coordinatorOver(memoryStore(), pods, [], (call, answer, asksFor) =>
    heard.push(`${call} ${answer}${asksFor === null ? '' : `, a person is needed: ${asksFor}`}`),
  );
  const say = (index: number, call: CallName, body: string) => {
    const own = pods[index];
    if (own === undefined) throw new Error(`no pod ${index}`);
    return coordinator(call, callerOf(own), body);
  };
  return { heard, say };
}

it('a grant says which addresses are those of one pod, the own ones among them', async () => {
  const pods = [0, 1].map((index) => pod('shop', 'db', index));
  for (const [index, one] of pods.entries()) {
    Object.assign(one.status ?? {}, {
      podIPs: [{ ip: `198.18.0.${index + 1}` }, { ip: `fd00::${index + 1}` }],
    });
  }
  const coordinator = coordinatorOver(memoryStore(), pods, [], () => {});
  const say = (index: number, call: CallName) => {
    const own = pods[index];
    if (own === undefined) throw new Error(`no pod ${index}`);
    return coordinator(call, callerOf(own), empty(1));
  };
  await say(1, 'turn');
  expect(await say(0, 'start')).toMatch(/ same=198\.18\.0\.1\/fd00::1,198\.18\.0\.2\/fd00::2$/);
});

describe('what is heard of the answers of the coordinator', () => {
  it('is every answer, also one that was given before, by its first word', async () => {
    const { heard, say } = setUp();
    await say(2, 'turn', empty(1));
    await say(2, 'turn', empty(2));
    await say(1, 'turn', empty(1));
    await say(0, 'turn', empty(1));
    const grant = await say(0, 'start', empty(2));
    await say(0, 'ready', `cluster=db\nask=2\nuuid=${grant.split(' as ')[1]}\nsize=1\n`);
    expect(heard).toEqual([
      'turn wait',
      'turn wait',
      'turn wait',
      'turn start',
      'start bootstrap',
      'ready ok',
    ]);
  });

  it('says that somebody is needed where members hold different databases', async () => {
    const { heard, say } = setUp();
    await say(0, 'start', holding(1, UUID, 5));
    await say(1, 'start', holding(1, OTHER, 5));
    await say(2, 'start', empty(1));
    expect(heard.at(-1)).toBe('start wait, a person is needed: SeveralDatabases');
  });

  it('says so of a refusal, also at turn and ready', async () => {
    const { heard, say } = setUp();
    await say(0, 'ready', `cluster=db\nask=1\nuuid=${UUID}\nsize=1`);
    await say(1, 'ready', `cluster=db\nask=1\nuuid=${OTHER}\nsize=1`);
    await say(2, 'start', holding(1, OTHER, 5));
    expect(heard.slice(1)).toEqual([
      'ready refuse, a person is needed: SecondCluster',
      'start refuse, a person is needed: ForeignData',
    ]);
  });

  it('says that a server has to end which has lost its quorum while the others wait', async () => {
    const { heard, say } = setUp();
    for (const index of [0, 1, 2]) await say(index, 'ready', `cluster=db\nask=1\nuuid=${UUID}\nsize=3\n`);
    expect(await say(0, 'stalled', 'cluster=db\nask=1\n')).toMatch(/^stay .*db-1, db-2.* \(MemberRuns\)$/);
    for (const index of [1, 2]) await say(index, 'start', holding(2, UUID, 5));
    expect(await say(0, 'stalled', 'cluster=db\nask=1\n')).toMatch(/^restart .* \(QuorumLost\)$/);
    expect(heard.at(-1)).toBe('stalled restart');
  });

  it('uses no word that the metric does not know', async () => {
    const { heard, say } = setUp();
    for (const index of [0, 1, 2]) {
      await say(index, 'turn', empty(1));
      await say(index, 'start', empty(2));
    }
    const known = Object.entries(ANSWERS).flatMap(([call, kinds]) => kinds.map((kind) => `${call} ${kind}`));
    for (const one of heard) expect(known).toContain(one.split(',')[0]);
  });
});

describe('what the answer to a start script says of TLS', () => {
  type Wish = 'on' | 'off' | 'on, own' | 'off, own' | undefined;
  const podsThatWant = (wishes: readonly Wish[]) =>
    wishes.map((wish, index) => {
      const one = pod('shop', 'db', index, wish?.startsWith('on') === true ? 'on' : wish && 'off');
      if (wish?.endsWith('own') === true)
        one.spec?.containers[0]?.env?.push({ name: 'GALERA_TLS_SECRET', value: 'db-members' });
      return one;
    });
  let events: PodEvent[];
  beforeEach(() => (events = []));
  const answer = async (...wishes: readonly Wish[]) => {
    const pods = podsThatWant(wishes);
    const coordinator = coordinatorOver(memoryStore(), pods, events);
    // All are heard before one of them may begin.
    for (const one of pods.toReversed()) await coordinator('turn', callerOf(one), empty(1));
    const [own] = pods;
    if (own === undefined) throw new Error('no pod');
    return coordinator('start', callerOf(own), empty(2));
  };

  it.each<readonly [Wish, Wish, Wish, boolean]>([
    ['on', 'on', 'on', false],
    ['off', 'off', undefined, false],
    [undefined, undefined, undefined, false],
    ['on', 'on', undefined, true],
    ['on', 'off', 'off', true],
    ['off', 'on', 'off', true],
    ['on, own', 'on, own', 'on, own', false],
    ['on, own', 'off, own', 'off, own', true],
    ['off, own', 'on, own', 'off, own', true],
    // The others speak TLS with it only if they trust it; without TLS they do in any case.
    ['on, own', 'off', 'off', true],
    ['off', 'on, own', 'off', false],
    ['off, own', 'on', 'off, own', false],
    ['off, own', 'off', 'off', false],
  ])('where the pods say %s, %s and %s', async (one, two, three, isMixed) => {
    expect(await answer(one, two, three)).toMatch(
      isMixed ? /^bootstrap .* as \S+ mixed$/ : /^bootstrap .* as \S+$/,
    );
    expect(events.filter(({ reason }) => reason === 'GaleraMixedTls')).toHaveLength(isMixed ? 1 : 0);
  });

  it.each<readonly [Wish, Wish, boolean]>([
    ['on', 'on, own', false],
    ['on, own', 'on', false],
    ['on, own', 'on, own', true],
    ['off, own', 'on', true],
    ['on', 'off, own', true],
  ])('where one serves that says %s, one that says %s joins: %j', async (serves, comes, joins) => {
    const pods = podsThatWant([serves, comes, serves]);
    const [first, second] = pods;
    if (first === undefined || second === undefined) throw new Error('no pods');
    const coordinator = coordinatorOver(memoryStore(), pods);
    await coordinator('ready', callerOf(first), `cluster=db\nask=1\nuuid=${UUID}\nsize=1\n`);
    Object.assign(first.status ?? {}, { conditions: [{ type: 'Ready', status: 'True' }] });
    const expected = joins ? /^(start|join)/ : /^wait db-0 serves, .* \(OtherCertificates\)$/;
    expect(await coordinator('turn', callerOf(second), empty(1))).toMatch(expected);
    expect(await coordinator('start', callerOf(second), empty(2))).toMatch(expected);
    // Nor does it when it comes back with data of the cluster.
    expect(await coordinator('start', callerOf(second), holding(3, UUID, 5))).toMatch(expected);
  });
});
