import type { V1Lease, V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { status, type StatusIo } from '../../src/command/status/index.ts';
import { viewsOf } from '../../src/command/status/read.ts';
import { age } from '../../src/command/status/table.ts';
import { formatRecord } from '../../src/coordination/record.ts';
import type { ClusterRecord, Said } from '../../src/coordination/types.ts';
import { run as runLine } from './harness.ts';
import { A, CURRENT, EMPTY, holding, known, record, started } from '../coordination/situations.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1_000);

function lease(namespace: string, cluster: string, content: ClusterRecord | string): V1Lease {
  const text = typeof content === 'string' ? content : formatRecord(content);
  return {
    metadata: {
      name: `${namespace}.${cluster}`,
      annotations: { 'galera-injector.dev/record': text },
      creationTimestamp: ago(3_600),
    },
  };
}

function pod(namespace: string, cluster: string, index: number, ready = false): V1Pod {
  return {
    metadata: {
      name: `${cluster}-${index}`,
      namespace,
      uid: `uid-${index}`,
      labels: { galera: 'true', 'galera-injector.dev/cluster': cluster },
      creationTimestamp: ago(90),
    },
    spec: {
      nodeName: 'node',
      containers: [
        {
          name: 'mariadb',
          env: [{ name: 'GALERA_DATA_DIRECTORY', value: '/var/lib/mysql' }],
          volumeMounts: [{ name: 'data', mountPath: '/var/lib/mysql' }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `data-${index}` } }],
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

interface Seen {
  readonly leases?: readonly V1Lease[];
  readonly pods?: readonly V1Pod[];
  readonly terminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

async function run(args: readonly string[], ...looks: readonly Seen[]) {
  const printed = { stdout: '', stderr: '' };
  let at = 0;
  const io: StatusIo = {
    stdout: { write: (text) => (printed.stdout += text), isTTY: looks[0]?.terminal === true },
    stderr: { write: (text) => (printed.stderr += text) },
    env: looks[0]?.env ?? {},
    connect: async () => ({
      namespace: 'shop',
      read: async (selection) => viewsOf(looks[at]?.leases ?? [], looks[at]?.pods ?? [], selection),
    }),
    now: () => NOW,
    pause: async () => (at += 1) < looks.length,
  };
  const { code, stderr } = await runLine(['status', ...args], { status: (options) => status(options, io) });
  return { code, stdout: printed.stdout, stderr: printed.stderr + stderr };
}

const said = (kind: Said['kind'], why: string): Said => ({ kind, reason: 'HolderUnheard', why });
const formed = (members: ClusterRecord['members']) => record({ uuid: A, formed: true, members });
const serving: Seen = {
  leases: [lease('shop', 'db', formed({ 'db-0': started(0), 'db-1': started(1) }))],
  pods: [pod('shop', 'db', 0, true), pod('shop', 'db', 1, true)],
};
const outage: Seen = {
  leases: [
    lease(
      'shop',
      'db',
      formed({
        'db-0': known(0, EMPTY, { said: said('recover', 'db-2 holds data and has no pod') }),
        'db-1': known(1, holding(A, 41, true), { said: said('wait', 'db-2 holds data') }),
        'db-2': known(2, null, { rows: CURRENT }),
      }),
    ),
  ],
  pods: [pod('shop', 'db', 0, true), pod('shop', 'db', 1)],
};

describe('status', () => {
  it('prints a line for each cluster of the namespace', async () => {
    const other = lease('other', 'db', formed({}));
    const { stdout, code } = await run([], { ...serving, leases: [...(serving.leases ?? []), other] });
    expect(stdout).toBe(
      [
        'NAME   PHASE     READY   UUID                                   AGE   WHY',
        'db     Serving   2/2     aaaaaaaa-0000-4000-8000-000000000001   60m',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  it('prints the members of a cluster that is named: who holds what, and who waits for whom', async () => {
    const { stdout } = await run(['db'], outage);
    expect(stdout).toBe(
      [
        'NAME   PHASE        READY   UUID                                   AGE   WHY',
        'db     Recovering   0/3     aaaaaaaa-0000-4000-8000-000000000001   60m   db-0: db-2 holds data and has no pod (HolderUnheard)',
        '',
        '  MEMBER   POD      ROLE         POSITION           DATA      AGE      SAID',
        '  db-0     db-0     Recovering   empty              durable   90s      db-2 holds data and has no pod (HolderUnheard)',
        '  db-1     db-1     Waiting      aaaaaaaa:41 safe   durable   90s      db-2 holds data (HolderUnheard)',
        '  db-2     <none>   Gone         -                  durable   <none>   has no pod, and may hold the newest data',
        '',
      ].join('\n'),
    );
  });

  it('prints json for programs', async () => {
    const { stdout } = await run(['-o', 'json'], outage);
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: 'output.galera-injector.dev/v1',
      kind: 'ClusterStatusList',
      clusters: [
        {
          name: 'db',
          phase: 'Recovering',
          serving: 0,
          size: 3,
          uuid: A,
          created: '2026-01-01T11:00:00.000Z',
          members: [{ created: '2026-01-01T11:58:30.000Z' }, {}, { created: null }],
        },
      ],
    });
  });

  it('prints the same in yaml', async () => {
    const json = await run(['-o', 'json'], outage);
    expect(parse((await run(['-o', 'yaml'], outage)).stdout)).toEqual(JSON.parse(json.stdout));
  });

  it('prints names alone, and tables without their heads', async () => {
    expect((await run(['-o', 'name'], serving)).stdout).toBe('cluster/db\n');
    expect((await run(['--no-headers'], serving)).stdout).toMatch(/^db +Serving .*\n$/);
    expect((await run(['db', '--no-headers'], serving)).stdout).not.toMatch(/NAME|MEMBER/);
  });

  it('shows all namespaces with -A', async () => {
    const { stdout } = await run(['-A'], { ...serving, leases: [lease('other', 'x', formed({}))] });
    expect(stdout).toMatch(/^NAMESPACE +NAME .*\nother +x +Stopped .*\nshop +db +Serving /);
  });

  it.each<[string, Seen]>([
    ['Forming', { pods: [pod('shop', 'db', 0)] }],
    ['Degraded', { ...serving, pods: [pod('shop', 'db', 0, true), pod('shop', 'db', 1)] }],
    ['Stopped', { ...serving, pods: [] }],
    ['Unreadable', { leases: [lease('shop', 'db', '{')] }],
    [
      'Waiting',
      {
        leases: [
          lease(
            'shop',
            'db',
            formed({ 'db-0': known(0, EMPTY, { said: said('refuse', 'a foreign volume') }) }),
          ),
        ],
        pods: [pod('shop', 'db', 0)],
      },
    ],
  ])('calls a cluster %s', async (phase, seen) => {
    expect((await run([], seen)).stdout.split('\n')[1]?.split(/ +/)[1]).toBe(phase);
  });

  it('colours the phase on a terminal, and not with NO_COLOR', async () => {
    const terminal = { ...serving, terminal: true };
    expect((await run([], terminal)).stdout).toContain('\u001B[32mServing\u001B[0m');
    expect((await run([], { ...terminal, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001B');
    expect((await run([], serving)).stdout).not.toContain('\u001B');
  });

  it('prints again with --watch only when something changed', async () => {
    const { stdout } = await run(['--watch'], serving, serving, outage);
    expect(stdout.match(/Serving/g)).toHaveLength(1);
    expect(stdout.match(/Recovering/g)).toHaveLength(1);
  });

  it('says so where pods serve and nothing is recorded, as in another namespace than that of the injector', async () => {
    const args = ['--injector-namespace', 'nope'];
    const { code, stderr } = await run(args, { pods: serving.pods ?? [] });
    expect([code, stderr]).toEqual([0, expect.stringContaining('nothing is recorded in namespace nope')]);
    expect((await run([], serving)).stderr).toBe('');
  });

  it('says so where there is nothing', async () => {
    expect(await run([], {})).toMatchObject({ code: 0, stderr: 'No clusters found in namespace shop.\n' });
    await expect(run(['db'], {})).rejects.toThrow('there is no cluster db in namespace shop');
  });

  it.each([
    [['a', 'b'], 'too many arguments'],
    [['-A', '-n', 'x'], '-A and -n exclude each other'],
    [['-o', 'xml'], "'xml' is invalid. Allowed choices are table, wide, json, yaml, name."],
    [['-n', 'UP'], "'UP' is invalid. Allowed: a DNS label."],
    [['--wacht'], 'Did you mean --watch?'],
  ])('says what it cannot read in %j', async (args, why) => {
    const { code, stderr } = await run(args, {});
    expect(code).toBe(2);
    expect(stderr).toContain(why);
  });

  it.each([
    [5, '5s'],
    [119, '119s'],
    [150, '2m30s'],
    [3_600, '60m'],
    [4 * 3_600 + 60, '4h1m'],
    [10 * 86_400, '10d'],
  ])('writes an age of %i s as kubectl does: %s', (seconds, text) => {
    expect(age(NOW - seconds * 1_000, NOW)).toBe(text);
  });
});
