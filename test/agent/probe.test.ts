import { describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { type Pod, podForEachTest } from './pod.ts';

const CLUSTER = '6a3c54b1-0e5c-4a7e-9d53-2f1f0f3b9c11';

const MEMBERS = '198.18.0.1:3306,198.18.0.2:3306,198.18.0.3:3306';

interface Status {
  readonly cluster?: string;
  readonly state?: number;
  readonly comment?: string;
  readonly ready?: string;
  readonly connected?: string;
  readonly group?: string;
  readonly view?: number;
}

let coordinator: StubCoordinator;
let pod: Pod;

podForEachTest(async (made, stub) => {
  [pod, coordinator] = [made, stub];
  coordinator.answers = ['ok'];
  await phase('joining');
});

function phase(name: string, start = '1'): Promise<void> {
  return pod.write(
    'galera/state',
    `phase=${name}\nsince=1\nstart=${start}\nsocket=\nsst_method=mariabackup\n`,
  );
}

function serverSays({
  cluster = 'Primary',
  state = 4,
  comment = 'Synced',
  ready = 'ON',
  connected = 'ON',
  group = 'OPERATIONAL',
  view = 3,
}: Status = {}): Promise<void> {
  const rows = {
    wsrep_cluster_conf_id: view,
    wsrep_cluster_size: 3,
    wsrep_incoming_addresses: MEMBERS,
    wsrep_cluster_state_uuid: CLUSTER,
    wsrep_cluster_status: cluster,
    wsrep_local_state: state,
    wsrep_local_state_comment: comment,
    wsrep_ready: ready,
    wsrep_connected: connected,
    ...(group === '' ? {} : { wsrep_evs_state: group }),
  };
  return pod.write(
    'status',
    Object.entries(rows)
      .map(([name, value]) => `${name}\t${value}\n`)
      .join(''),
  );
}

function at(seconds: number): Promise<void> {
  return pod.write('proc/uptime', `${seconds}.50 0.00\n`);
}

describe('probe ready', () => {
  it('passes on a Synced node of the Primary component and tells the coordinator once', async () => {
    await serverSays();
    await pod.write('galera/asked', '7\n');
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    expect(coordinator.calls).toEqual([
      {
        name: 'ready',
        authorization: 'Bearer first-token',
        fields: { cluster: 'db', ask: '7', uuid: CLUSTER, size: '3', members: MEMBERS },
      },
    ]);
  });

  it('tells the coordinator again when the view changes', async () => {
    await serverSays();
    await pod.probe('ready');
    await serverSays({ view: 4 });
    await pod.probe('ready');
    expect(coordinator.calls).toHaveLength(2);
  });

  it('tells the coordinator again after another start', async () => {
    await serverSays();
    await pod.probe('ready');
    await phase('reforming', '2');
    await pod.probe('ready');
    expect(coordinator.calls).toHaveLength(2);
  });

  it('notes beside the data which cluster it belongs to', async () => {
    await serverSays();
    await pod.probe('ready');
    expect(await pod.read('data/.galera-injector-member')).toBe(`shop/db ${CLUSTER}\n`);
  });

  it.each([
    [
      'without Primary',
      { cluster: 'non-Primary', state: 0, comment: 'Initialized' },
      'wsrep_cluster_status non-Primary',
    ],
    ['that is joining', { state: 1, comment: 'Joining: receiving State Transfer' }, 'Joining'],
    ['that has joined and catches up', { state: 3, comment: 'Joined' }, 'Joined'],
  ])('fails on a node %s and says so in one line', async (_what, status, why) => {
    await serverSays(status);
    const { code, output } = await pod.probe('ready');
    expect(code).toBe(1);
    expect(output).toContain(why);
    expect(output.trimEnd().split('\n')).toHaveLength(1);
    expect(coordinator.calls).toEqual([]);
  });

  it('passes on a donor that is not blocked, and not on one that is', async () => {
    await serverSays({ state: 2, comment: 'Donor/Desynced' });
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    await pod.write('galera/state', 'phase=joining\nstart=1\nsst_method=rsync\n');
    expect(await pod.probe('ready')).toMatchObject({ code: 1 });
  });

  it('fails when the coordinator refuses the node', async () => {
    await serverSays();
    coordinator.answers = ['refuse this is another cluster'];
    const { code, output } = await pod.probe('ready');
    expect(code).toBe(1);
    expect(output).toContain('this is another cluster');
    expect(pod.has('data/.galera-injector-member')).toBe(false);
  });

  it.each([{ drop: true as const }, { status: 503, line: 'starting' }])(
    'passes although the coordinator is away (%j), and leaves it alone for half a minute',
    async (answer) => {
      await serverSays();
      coordinator.answers = [answer];
      expect(await pod.probe('ready')).toMatchObject({ code: 0 });
      expect(await pod.probe('ready')).toMatchObject({ code: 0 });
      expect(coordinator.calls).toHaveLength(1);
      await at(1031);
      coordinator.answers = ['ok'];
      await pod.probe('ready');
      expect(coordinator.calls).toHaveLength(2);
      expect(pod.has('data/.galera-injector-member')).toBe(true);
    },
  );

  it('falls back to root, with the password in the environment only', async () => {
    await serverSays();
    await pod.write('status.wants-password', 's3cret');
    pod.environment['MARIADB_ROOT_PASSWORD'] = 's3cret';
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    const last = (await pod.read('status.calls')).trimEnd().split('\n').at(-1) ?? '';
    expect(last).toMatch(/^password=s3cret --user=root /);
    expect(last.replace('password=s3cret', '')).not.toContain('s3cret');
  });

  it('reads the password from a file when it is given as one', async () => {
    await serverSays();
    await pod.write('status.wants-password', 'from-file');
    await pod.write('secret', 'from-file');
    pod.environment['MYSQL_ROOT_PASSWORD_FILE'] = pod.path('secret');
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
  });

  it('fails while the start script waits', async () => {
    await phase('waiting');
    const { code, output } = await pod.probe('ready');
    expect(code).toBe(1);
    expect(output).toContain('the start script waits');
  });

  it('passes on a node that waits for the others to recover, so that they are created', async () => {
    await phase('recovering');
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    expect(await pod.probe('started')).toMatchObject({ code: 0 });
  });
});

describe('probe started', () => {
  it('fails until the server answers', async () => {
    const { code, output } = await pod.probe('started');
    expect(code).toBe(1);
    expect(output).toContain("Can't connect to local server");
    await serverSays();
    expect(await pod.probe('started')).toMatchObject({ code: 0 });
  });

  it('passes during a state transfer, which may take longer than any budget', async () => {
    await pod.write('data/sst_in_progress', '');
    expect(await pod.probe('started')).toMatchObject({ code: 0 });
  });
});

describe('probe alive', () => {
  it('tells the coordinator what formed, for a pod whose readiness probe is its own', async () => {
    await serverSays();
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
    expect(coordinator.calls).toHaveLength(1);
    expect(coordinator.calls[0]).toMatchObject({ fields: { uuid: CLUSTER } });
  });

  it('does not restart a node that the coordinator refuses', async () => {
    await serverSays();
    coordinator.answers = ['refuse this node is Primary in another cluster'];
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
  });

  it('fails after three minutes without Primary and not before', async () => {
    await serverSays({ cluster: 'non-Primary', state: 0, comment: 'Initialized' });
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
    await at(1179);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
    await at(1180);
    const { code, output } = await pod.probe('alive');
    expect(code).toBe(1);
    expect(output).toContain('no Primary component for 180 s');
  });

  it('counts a server that does not answer SQL the same way', async () => {
    await pod.probe('alive');
    await at(1180);
    expect(await pod.probe('alive')).toMatchObject({ code: 1 });
  });

  it('begins again after the component was Primary in between', async () => {
    await pod.probe('alive');
    await at(1170);
    await serverSays();
    await pod.probe('alive');
    await serverSays({ cluster: 'non-Primary', state: 0, comment: 'Initialized' });
    await at(1190);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
  });

  it.each(['waiting', 'recovering'])('passes while the start script is %s', async (name) => {
    await pod.probe('alive');
    await phase(name);
    await at(5000);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
  });

  it.each([
    ['its marker is there', 'data/sst_in_progress', ''],
    ['its script runs', 'proc/17/cmdline', 'bash\0-ue\0/usr/bin/wsrep_sst_mariabackup\0--role\0joiner\0'],
  ])('passes during a state transfer, told by that %s', async (_sign, file, text) => {
    await pod.probe('alive');
    await pod.write(file, text);
    await at(5000);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
  });

  it.each([
    ['says so', { connected: 'OFF' }],
    ['only lacks the state of its connection', { group: '' }],
    ['says that the connection is closed', { group: 'CLOSED' }],
  ])(
    'fails when a joiner has left its group after a transfer that failed and %s: it would say Joining for ever',
    async (_sign, left) => {
      const joining = { cluster: 'non-Primary', state: 1, comment: 'Joining: receiving State Transfer' };
      await serverSays({ ...joining, ready: 'OFF', ...left });
      expect(await pod.probe('alive')).toMatchObject({ code: 0 });
      await at(1029);
      expect(await pod.probe('alive')).toMatchObject({ code: 0 });
      await at(1030);
      const { code, output } = await pod.probe('alive');
      expect(code).toBe(1);
      expect(output).toContain('has left its group');
    },
  );

  it('passes while a joiner that is in its group receives an incremental transfer, however long', async () => {
    const joining = { cluster: 'non-Primary', state: 1, comment: 'Joining: receiving State Transfer' };
    await serverSays({ ...joining, ready: 'OFF' });
    await pod.probe('alive');
    await at(5000);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
  });

  it('does not take an option of the server for a state transfer', async () => {
    await pod.probe('alive');
    await pod.write('proc/1/cmdline', 'mariadbd\0--wsrep_sst_method=mariabackup\0');
    await at(5000);
    expect(await pod.probe('alive')).toMatchObject({ code: 1 });
  });

  it('counts from the start of this server, not of the one before', async () => {
    await pod.probe('alive');
    coordinator.answers = ['reform -'];
    await pod.start().finished;
    await at(5000);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
  });
});

it('says which probes there are', async () => {
  const { code, output } = await pod.probe('healthy');
  expect(code).toBe(1);
  expect(output).toContain('started, ready or alive');
});
