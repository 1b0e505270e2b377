/** A first bootstrap by an entrypoint whose own server forms a group before the database has its accounts. */
import { chown } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER, FORMING_MARK, grastate, SERVER } from './directory.ts';
import { memberForEachTest } from './member.ts';
import type { Pod } from './pod.ts';
import { endAfterEachTest, joiningNodeForEachTest, until } from './server.ts';

let coordinator: StubCoordinator;
let pod: Pod;
const { looks, phase, serverSays } = joiningNodeForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});
const member = memberForEachTest();
const ended = endAfterEachTest('SIGKILL');

const MARK = `data/${FORMING_MARK}`;
const OPEN = '00000000';

async function start(answer: string, ...options: string[]): Promise<string> {
  coordinator.answers = [answer];
  const { code, log } = await pod.start('entrypoint.sh', 'mysqld', ...options).finished;
  if (code !== 0) throw new Error(log);
  return log;
}

/** What the next start tells the coordinator of the directory. */
const reported = () => coordinator.calls.findLast(({ name }) => name === 'start')?.fields;

/** What the entrypoint's own server leaves where the container is killed before the accounts are made. */
async function leaveHalfADatabase(): Promise<void> {
  const view = `my_uuid: a\n#vwbeg\nview_id: 3 a 1\nbootstrap: 0\nmember: a 0\n#vwend\n`;
  const files = { ...SERVER, 'grastate.dat': grastate({ seqno: '-1', safe: '1' }), 'gvwstate.dat': view };
  for (const [name, text] of Object.entries({ ...files, 'galera.cache': 'ring' }))
    await pod.write(`data/${name}`, text);
  await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:1\n`);
}

/** Those of the interrupted initialisation that are there. */
const left = () =>
  ['ibdata1', 'mysql/user.frm', 'grastate.dat', 'gvwstate.dat', 'galera.cache'].filter((name) =>
    pod.has(`data/${name}`),
  );

describe.each(['bitnami', 'percona', 'kubernetes-examples'])('an initialisation as %s does it', (flavor) => {
  beforeEach(async () => {
    pod.environment['GALERA_FLAVOR'] = flavor;
    await start('bootstrap -');
    await leaveHalfADatabase();
  });

  it('is no data of the cluster once it was interrupted, and is begun again', async () => {
    const log = await start('bootstrap -');
    expect(reported()).toMatchObject({ data: 'unusable', identity: 'reported' });
    expect(Object.keys(reported() ?? {}).filter((name) => /uuid|view/.test(name))).toEqual([]);
    expect(log).toContain('its first initialisation was interrupted');
    expect(left()).toEqual([]);
    expect(pod.has(MARK)).toBe(true);
  });

  it('leaves nothing to a joiner once it was interrupted', async () => {
    await start('join 127.0.0.11 sure', `--port=${member.port}`);
    expect(reported()).toMatchObject({ data: 'unusable' });
    expect([left(), pod.has(MARK)]).toEqual([[], false]);
  });
});

describe('the mark of an initialisation', () => {
  it('is not needed where the identity of the cluster is chosen before', async () => {
    await start(`bootstrap - as ${CLUSTER}`);
    expect(pod.has(MARK)).toBe(false);
  });

  it('stays while the server listens to its own container alone, and goes before the coordinator is told that it serves', async () => {
    await pod.write(MARK, '');
    await serverSays();
    await pod.listens('0100007F');
    await pod.write('proc/7/cmdline', 'mariadbd\0');
    ended(pod.watch(7));
    await looks();
    expect([pod.has(MARK), coordinator.calls]).toEqual([true, []]);
    await pod.listens(OPEN);
    await until(() => coordinator.calls.length).toBe(1);
    expect(pod.has(MARK)).toBe(false);
  });

  it('keeps the node from being Ready, until the loop has taken it away', async () => {
    await serverSays();
    await pod.write(MARK, '');
    expect(await pod.probe('ready')).toMatchObject({ code: 1 });
    expect(coordinator.calls).toEqual([]);
  });
});

describe('a Synced server', () => {
  const PROBES = ['ready', 'started', 'answers'];

  it.each([
    ['nothing but its socket', []],
    ['127.0.0.1', ['0100007F']],
    ['::1', ['00000000000000000000000001000000']],
    ['127.0.0.1 by a socket of IPv6', ['0000000000000000FFFF00000100007F']],
  ])('does not count while it listens on %s', async (_what, addresses) => {
    await serverSays();
    await pod.listens(...addresses);
    for (const probe of PROBES) {
      const { code, output } = await pod.probe(probe);
      expect([probe, code, output]).toEqual([
        probe,
        1,
        expect.stringContaining('does not listen on port 3306'),
      ]);
    }
  });

  it.each([
    ['every address', ['00000000']],
    ['every address of IPv6', ['00000000000000000000000000000000']],
    ['the address of its pod', ['0A00007F']],
    ['127.0.0.1 and the address of its pod', ['0100007F', '0A00007F']],
  ])('counts once it listens on %s', async (_what, addresses) => {
    await serverSays();
    await pod.listens(...addresses);
    for (const probe of PROBES)
      expect([probe, await pod.probe(probe)]).toEqual([probe, expect.objectContaining({ code: 0 })]);
  });

  it('is looked for on the port that it has', async () => {
    await phase('joining');
    await pod.write('galera/state', `${await pod.read('galera/state')}port=3307\n`);
    await serverSays();
    expect((await pod.probe('ready')).output).toContain('does not listen on port 3307');
  });
});

describe.skipIf(process.getuid?.() !== 0)(
  'a directory that the user of the container cannot write in',
  () => {
    it('is waited for, with what makes it right', async () => {
      pod.user = { uid: 4242, gid: 4242 };
      await chown(pod.path('galera'), 4242, 4242);
      const script = ended(pod.start());
      await script.logged('give the pod securityContext.fsGroup');
      expect(coordinator.calls).toEqual([]);
    });
  },
);

describe('an entrypoint that reads the list of members by itself', () => {
  const joins = async (members: string, configured: string) => {
    pod.environment['GALERA_FLAVOR'] = 'bitnami';
    pod.environment['WSREP_CLUSTER_ADDRESS'] = configured;
    await pod.write('hosts', '');
    await start(`reform ${members}`);
    return (await pod.handover()).environment;
  };

  it.each([
    ['of IPv6', 'fd00::1,fd00::2', 'gcomm://db-0.db', 'gcomm://[fd00::1],[fd00::2]'],
    [
      'of one, with options',
      '10.9.9.1',
      'gcomm://db-0.db?pc.wait_prim=no',
      'gcomm://10.9.9.1?pc.wait_prim=no',
    ],
    ['of IPv4', '10.9.9.1,10.9.9.2', 'gcomm://db-0.db', 'gcomm://10.9.9.1,10.9.9.2'],
  ])(
    'does not bootstrap by a list %s, which the server gets as it is',
    async (_what, members, configured, list) => {
      const environment = await joins(members, configured);
      expect(environment).toMatchObject({
        MARIADB_GALERA_CLUSTER_BOOTSTRAP: 'no',
        MARIADB_GALERA_CLUSTER_ADDRESS: list,
      });
      expect(environment['MARIADB_EXTRA_FLAGS']?.split(' ')).toContain(`--wsrep-cluster-address=${list}`);
      expect(pod.has('.bootstrap/done')).toBe(true);
    },
  );
});

it('tells Percona’s server its address, which its entrypoint gives as a name', async () => {
  pod.environment['GALERA_FLAVOR'] = 'percona';
  await start('reform -');
  expect((await pod.handover()).arguments).toContain('--wsrep-node-incoming-address=127.0.0.10:3306');
});
