import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { READY_PATIENCE_MS } from '../../src/coordination/calls/ready.ts';
import { NotAMemberError, StaleCallError } from '../../src/coordination/update-record.ts';
import type { PodEvent } from '../../src/coordination/events.ts';
import type { ClusterKey } from '../../src/coordination/lease-store.ts';
import { BadCallError, parseReady } from '../../src/coordination/protocol.ts';
import { CALL_DEADLINE_MS } from '../../src/kubernetes/client.ts';
import { callerOf, coordinatorOver, memoryStore, pod } from './cluster.ts';

const UUID = 'aaaaaaaa-0000-4000-8000-000000000001';
const empty = (ask: number) => `cluster=db\nask=${ask}\ndata=empty\nidentity=chosen\n`;

function setUp() {
  const store = memoryStore();
  const pods = [0, 1, 2].map((index) => pod('shop', 'db', index));
  const events: PodEvent[] = [];
  const coordinator = coordinatorOver(store, pods, events);
  const say = (index: number, call: 'turn' | 'start' | 'ready', body: string) => {
    const own = pods[index];
    if (own === undefined) throw new Error(`no pod ${index}`);
    return coordinator(call, callerOf(own), body);
  };
  return { store, pods, events, say };
}

describe('what a serving node says', () => {
  const call = (members: string, size: number) =>
    parseReady(`cluster=db\nask=1\nuuid=${UUID}\nsize=${size}\nmembers=${members}\n`).component;

  it('holds the addresses of all members of its component, without their ports', () => {
    expect(call('198.18.0.1:3306,198.18.0.2:3306', 2)).toEqual(['198.18.0.1', '198.18.0.2']);
    expect(call('[fd00::1]:3306', 1)).toEqual(['fd00::1']);
  });

  it.each([
    ['198.18.0.1:3306', 2],
    ['198.18.0.1:3306,AUTO', 2],
    ['', 1],
    ['db-0.db.shop.svc:3306', 1],
  ])('is not relied on where it does not name every member by address: %j of %d', (members, size) => {
    expect(call(members, size)).toEqual([]);
  });
});

describe('the coordinator', () => {
  it('takes three empty nodes from their first question to a formed cluster', async () => {
    const { pods, events, say } = setUp();
    expect(await say(2, 'turn', empty(1))).toMatch(/^wait /);
    expect(await say(1, 'turn', empty(1))).toMatch(/^wait /);
    expect(await say(0, 'turn', empty(1))).toBe('start');
    const grant = await say(0, 'start', empty(2));
    expect(grant).toMatch(/^bootstrap 198\.18\.0\.2,198\.18\.0\.3 as [0-9a-f-]{36}$/);
    const uuid = grant.split(' as ')[1] ?? '';
    expect(await say(0, 'ready', `cluster=db\nask=2\nuuid=${uuid}\nsize=1\n`)).toMatch(
      new RegExp(`^ok stamp=${uuid}/\\d+$`),
    );
    Object.assign(pods[0]?.status ?? {}, { conditions: [{ type: 'Ready', status: 'True' }] });
    expect(await say(1, 'turn', empty(2))).toBe('start');
    expect(await say(1, 'start', empty(3))).toBe('join 198.18.0.1,198.18.0.3 sure donors=db-0');
    expect(events.map((event) => event.reason)).toEqual(
      expect.arrayContaining(['GaleraWaiting', 'GaleraBootstrap', 'GaleraReady', 'GaleraJoining']),
    );
  });

  it('says to a joiner when its last view is over: somebody was bootstrapped since', async () => {
    const { pods, say } = setUp();
    const holding = (ask: number, seqno: number) =>
      `cluster=db\nask=${ask}\ndata=present\nuuid=${UUID}\nseqno=${seqno}\nsafe=0\nidentity=chosen\n`;
    for (const index of [0, 1, 2]) await say(index, 'ready', `cluster=db\nask=1\nuuid=${UUID}\nsize=3\n`);
    await say(1, 'start', holding(2, 4));
    await say(2, 'start', holding(2, 4));
    expect(await say(0, 'start', holding(2, 9))).toMatch(/^bootstrap /);
    await say(0, 'ready', `cluster=db\nask=2\nuuid=${UUID}\nsize=1\n`);
    Object.assign(pods[0]?.status ?? {}, { conditions: [{ type: 'Ready', status: 'True' }] });
    expect(await say(1, 'start', holding(3, 4))).toMatch(/^join \S+ sure donors=db-0$/);
    await say(1, 'ready', `cluster=db\nask=3\nuuid=${UUID}\nsize=2\n`);
    expect(await say(1, 'start', holding(4, 12))).toMatch(/^join \S+ donors=db-0$/);
    expect(await say(2, 'start', holding(5, 4))).toMatch(/^join \S+ sure donors=db-0$/);
  });

  it.each([
    [['11.8', '11.8', '11.8'], 'db-1,db-0'],
    [['10.11', '10.11', '11.8'], 'db-1,db-0'],
    [['11.8', '10.11', '11.8'], 'db-0,db-1'],
    [['10.11', '11.8', '10.11'], 'db-0,db-1'],
  ])('names donors with the image of the joiner first: %j', async (versions, donors) => {
    const { pods, say } = setUp();
    for (const [index, version] of versions.entries())
      Object.assign(pods[index]?.spec?.containers[0] ?? {}, { image: `mariadb:${version}` });
    for (const index of [0, 1]) {
      await say(index, 'ready', `cluster=db\nask=1\nuuid=${UUID}\nsize=2\n`);
      Object.assign(pods[index]?.status ?? {}, { conditions: [{ type: 'Ready', status: 'True' }] });
    }
    expect(await say(2, 'start', empty(1))).toMatch(new RegExp(` donors=${donors}$`));
  });

  it('begins again where the namespace was deleted and made again: the volumes went with it', async () => {
    const { store, pods, say } = setUp();
    const record = async () => (await store.read({ namespace: 'shop', cluster: 'db' })).record;
    await say(0, 'ready', `cluster=db\nask=1\nuuid=${UUID}\nsize=1\n`);
    expect(await record()).toMatchObject({ uuid: UUID, formed: true });
    for (const { metadata } of pods) Object.assign(metadata ?? {}, { uid: `again-${metadata?.name}` });
    let asked = 0;
    store.isOfThisNamespace = () => Promise.resolve((asked += 1) > 1);
    await say(1, 'start', empty(1));
    expect(await record()).toMatchObject({ uuid: null, formed: false });
  });

  it('announces a decision once, however often it is asked for', async () => {
    const { events, say } = setUp();
    for (const ask of [1, 2, 3]) await say(2, 'turn', empty(ask));
    expect(events).toHaveLength(1);
  });

  it('turns away a question that the pod has asked again since', async () => {
    const { say } = setUp();
    await say(0, 'start', empty(5));
    await expect(say(0, 'start', empty(4))).rejects.toThrow(StaleCallError);
  });

  it('changes nothing for a call that nobody waits for any more', async () => {
    const { store, pods } = setUp();
    const [own] = pods;
    if (own === undefined) throw new Error('no pod');
    const call = coordinatorOver(store, pods)('start', callerOf(own), empty(1), () => true);
    await expect(call).rejects.toThrow(StaleCallError);
    expect(store.texts.size).toBe(0);
  });

  it('does not decide a ready call after the probe has stopped waiting for it', async () => {
    const { store, pods } = setUp();
    const [own] = pods;
    if (own === undefined) throw new Error('no pod');
    let now = 0;
    const slow = {
      ...store,
      read: async (key: ClusterKey) => ((now += READY_PATIENCE_MS + 1), store.read(key)),
    };
    const call = coordinatorOver(slow, pods, [], undefined, () => now);
    const body = `cluster=db\nask=1\nuuid=${UUID}\nsize=1`;
    await expect(call('ready', callerOf(own), body)).rejects.toThrow(StaleCallError);
    expect(store.texts.size).toBe(0);
  });

  it('waits as long as the agent that calls', async () => {
    const calls = await readFile(
      join(import.meta.dirname, '..', '..', 'agent', 'lib', 'coordinator.sh'),
      'utf8',
    );
    const [, seconds] = /coordinator_call ready "[^"]*" (\d+)/.exec(calls) ?? [];
    expect(Number(seconds) * 1_000).toBe(READY_PATIENCE_MS);
  });

  it('answers that the API hangs before the start script gives up, which would have to take its question for noted', async () => {
    const script = await readFile(join(import.meta.dirname, '..', '..', 'agent', 'start'), 'utf8');
    const [, seconds] = /coordinator_call start "[^"]*" (\d+)/.exec(script) ?? [];
    expect(Number(seconds) * 1_000).toBeGreaterThan(CALL_DEADLINE_MS);
  });

  it('turns away a pod that asks about a cluster it is not in', async () => {
    const { say } = setUp();
    await expect(say(0, 'start', empty(1).replace('db', 'other'))).rejects.toThrow(NotAMemberError);
  });

  it('refuses readiness to a node that is Primary in another cluster', async () => {
    const { say } = setUp();
    await say(0, 'ready', `cluster=db\nask=1\nuuid=${UUID}\nsize=1`);
    const other = UUID.replaceAll('a', 'b');
    expect(await say(1, 'ready', `cluster=db\nask=1\nuuid=${other}\nsize=1`)).toMatch(
      /^refuse .*second|^refuse .*Primary in cluster/,
    );
  });

  it.each([
    ['cluster=db\ndata=empty', 'ask is missing'],
    ['cluster=db\nask=-1\ndata=empty', 'ask is "-1"'],
    ['cluster=DB\nask=1\ndata=empty', 'cluster is "DB"'],
    ['ask=1\ndata=empty', 'cluster is missing'],
    ['cluster=db\nask=1\ndata=much', 'data is "much"'],
    ['cluster=db\nask=1\ndata=present\nuuid=x\nseqno=1\nsafe=0', 'uuid is "x"'],
    [`cluster=db\nask=1\ndata=present\nuuid=${UUID}\nseqno=1e9\nsafe=0`, 'seqno is "1e9"'],
    [`cluster=db\nask=1\ndata=present\nuuid=${UUID}\nseqno=1\nsafe=yes`, 'safe is "yes"'],
    ['cluster=db\nask=1\ndata=empty\nnonsense', 'key=value'],
    ['cluster=db\nask=1\ndata=empty\nidentity=stolen', 'identity is "stolen"'],
  ])('says what is wrong with the body %j', async (body, why) => {
    const { say } = setUp();
    const call = say(0, 'start', body);
    await expect(call).rejects.toThrow(BadCallError);
    await expect(call).rejects.toThrow(why);
  });

  it('grants one bootstrap for each cluster when two replicas form five clusters at once', async () => {
    const store = memoryStore();
    const clusters = ['a', 'b', 'c', 'd', 'e'];
    const pods = clusters.flatMap((cluster) => [0, 1, 2].map((index) => pod('shop', cluster, index)));
    const replicas = [coordinatorOver(store, pods), coordinatorOver(store, pods)];
    const grants: string[] = [];
    const asks = pods.flatMap((own, at) =>
      [1, 2, 3, 4].map(async (ask) => {
        const cluster = own.metadata?.labels?.['galera-injector.dev/cluster'] ?? '';
        const body = `cluster=${cluster}\nask=${ask}\ndata=empty\nidentity=chosen\n`;
        const answer = await replicas[(at + ask) % 2]?.('start', callerOf(own), body).catch(() => 'error');
        if (answer?.startsWith('bootstrap') === true) grants.push(cluster);
      }),
    );
    await Promise.all(asks);
    let ask = 9;
    for (const own of [...pods, ...pods]) {
      const cluster = own.metadata?.labels?.['galera-injector.dev/cluster'] ?? '';
      const answer = await replicas[0]?.(
        'start',
        callerOf(own),
        `cluster=${cluster}\nask=${(ask += 1)}\ndata=empty\nidentity=chosen`,
      );
      if (answer?.startsWith('bootstrap') === true) grants.push(cluster);
    }
    const holders = [...store.texts.values()].map(
      ({ text }) => (JSON.parse(text) as { holder: unknown }).holder,
    );
    expect(holders).toHaveLength(5);
    expect(holders.every((holder) => holder !== null)).toBe(true);
    expect(new Set(grants).size).toBe(5);
  });
});
