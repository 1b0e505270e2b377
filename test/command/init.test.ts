import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { init, type InitPlaces } from '../../src/command/init.ts';
import { listen } from '../../src/server/https.ts';
import { generatePair } from '../../src/tls/generate.ts';
import type { ServingCertificate } from '../../src/tls/source.ts';
import { mountSecret, ownAuthority, ownFiles } from '../tls/secret-volume.ts';

interface Asked {
  readonly path: string;
  readonly token: string;
  readonly body: string;
}

let pair: ServingCertificate;
beforeAll(async () => (pair = await generatePair(['localhost'])));

let directory: string;
let server: Server;
/** What the database container runs. */
const SCRIPTS = [
  'start',
  'probe',
  'watch',
  'doors',
  'transfer/wsrep_sst_tls',
  'transfer/wsrep_sst_tls-mariabackup',
  'transfer/wsrep_sst_tls-rsync',
  'transfer/wsrep_sst_tls-xtrabackup-v2',
  'transfer/bin/socat',
  'transfer/bin/rsync',
  'transfer/bin/ss',
  'transfer/bin/lsof',
];

let port: number;
let asked: Asked[];
let answers: [status: number, body: string][];
let lines: string[];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'init-'));
  for (const name of ['agent', 'shared', 'data', 'keys', 'agent/lib', 'agent/transfer', 'agent/transfer/bin'])
    mkdirSync(join(directory, name));
  for (const name of [...SCRIPTS, 'lib/log.sh']) writeFileSync(join(directory, 'agent', name), name);
  writeFileSync(join(directory, 'token'), 'the-token\n');
  asked = [];
  answers = [];
  lines = [];
  server = createServer({ key: pair.key, cert: pair.certificate }, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      asked.push({ path: request.url ?? '', token: request.headers.authorization ?? '', body });
      const [status, line] = answers.shift() ?? [200, 'start\n'];
      response.writeHead(status).end(line);
    });
  });
  port = await listen(server, 0);
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

const at = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(at(`shared/${name}`), 'utf8');
const run = (tweak: NodeJS.ProcessEnv = {}, places: Partial<InitPlaces> = {}) =>
  init(
    {
      GALERA_COORDINATOR: `localhost:${port}`,
      GALERA_CA: pair.authority,
      GALERA_CLUSTER: 'db',
      GALERA_DATA_DIRECTORY: at('data'),
      ...tweak,
    },
    {
      agent: at('agent'),
      shared: at('shared'),
      token: at('token'),
      keys: at('keys'),
      log: (line) => lines.push(line),
      pauseMs: 5,
      ...places,
    },
  );

describe('init', () => {
  it('brings the agent, its authority and the address of the coordinator', async () => {
    expect(await run()).toBe(0);
    expect(read('lib/log.sh')).toBe('lib/log.sh');
    for (const name of SCRIPTS) expect(statSync(at(`shared/${name}`)).mode & 0o777).toBe(0o755);
    expect(read('ca.crt')).toBe(pair.authority);
    expect(read('coordinator')).toBe(`localhost:${port}\n`);
  });

  it('asks with the token of the pod until it is its turn', async () => {
    answers = [
      [200, 'wait db-0 goes first\n'],
      [200, 'start\n'],
    ];
    expect(await run()).toBe(0);
    expect(asked).toEqual([
      { path: '/coordinator/v1/turn', token: 'Bearer the-token', body: 'cluster=db\nask=1\ndata=empty\n' },
      { path: '/coordinator/v1/turn', token: 'Bearer the-token', body: 'cluster=db\nask=2\ndata=empty\n' },
    ]);
  });

  it('counts on after a restart of its container', async () => {
    await run();
    await run();
    expect(asked.map(({ body }) => /ask=\d+/.exec(body)?.[0])).toEqual(['ask=1', 'ask=2']);
    expect(statSync(at('shared/asked')).mode & 0o666).toBe(0o666);
  });

  it('replaces a count that another user has written, as the start script did before the machine was restarted', async () => {
    writeFileSync(at('shared/asked'), '7\n', { mode: 0o444 });
    const { ino } = statSync(at('shared/asked'));
    expect(await run()).toBe(0);
    expect(asked[0]?.body).toContain('ask=8\n');
    expect(statSync(at('shared/asked')).ino).not.toBe(ino);
    expect(readdirSync(at('shared'))).not.toContain('asked.init');
  });

  it('forgets what was confirmed to a server of its pod, which it is about to say does not run', async () => {
    for (const name of ['acknowledged', 'acknowledged.suspended'])
      writeFileSync(at(`shared/${name}`), '1 u 2');
    await run();
    expect(readdirSync(at('shared')).filter((name) => name.startsWith('acknowledged'))).toEqual([]);
  });

  it('begins at one when the count cannot be read', async () => {
    writeFileSync(at('shared/asked'), 'rubbish');
    await run();
    expect(asked[0]?.body).toContain('ask=1\n');
  });

  it.each([
    ['nothing', [], 'empty'],
    ['what a file system makes itself', ['lost+found/'], 'empty'],
    ['snapshots, and an empty folder', ['.snapshot/', 'certificates/'], 'empty'],
    ['a file', ['ibdata1'], 'present'],
    ['the folder of a state transfer', ['.sst/'], 'present'],
    ['a folder that holds something', ['mysql/', 'mysql/user.frm'], 'present'],
  ])('calls a data directory with %s %s', async (_what, names, word) => {
    for (const name of names)
      if (name.endsWith('/')) mkdirSync(at(`data/${name}`));
      else writeFileSync(at(`data/${name}`), '');
    await run();
    expect(asked[0]?.body).toContain(`data=${word}\n`);
  });

  it('does not call a data directory empty that it cannot read', async () => {
    await run({ GALERA_DATA_DIRECTORY: at('nowhere') });
    expect(asked[0]?.body).toContain('data=present\n');
  });

  it('logs why it waits, once for each change', async () => {
    answers = [
      [200, 'wait db-0 goes first\n'],
      [200, 'wait db-0 goes first\n'],
      [200, 'wait db-1 goes first\n'],
      [429, 'too many calls\n'],
      [503, 'wait nothing\n'],
    ];
    expect(await run()).toBe(0);
    expect(lines).toEqual([
      'waiting: db-0 goes first',
      'waiting: db-1 goes first',
      'waiting: the coordinator answers 429: too many calls',
      'waiting: the coordinator answers 503: wait nothing',
      'starting',
    ]);
  });

  it('never takes another status for a start', async () => {
    answers = [[500, 'start\n']];
    await run();
    expect(asked).toHaveLength(2);
  });

  it('ends with 143 on SIGTERM while it waits, also for a coordinator that it cannot trust', async () => {
    const other = await generatePair(['localhost']);
    const before = process.listenerCount('SIGTERM');
    const running = run({ GALERA_CA: other.authority });
    while (!lines.some((line) => line.startsWith('waiting'))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    process.emit('SIGTERM');
    expect(await running).toBe(143);
    expect(asked).toEqual([]);
    expect(lines[0]).toContain('the coordinator cannot be asked');
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it('names the variable that is missing', async () => {
    await expect(run({ GALERA_CLUSTER: '' })).rejects.toThrow('GALERA_CLUSTER is missing');
  });

  describe('of a member that speaks TLS', () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const given = `new 3600 a:1 ${base64('certificate')} ${base64('key')} ${base64('authorities')}\n`;
    const kept = (name: string) => readFileSync(at(`keys/current/${name}`), 'utf8');

    it('fetches its certificate before it asks for its turn', async () => {
      answers = [[200, given]];
      expect(await run({ GALERA_TLS: 'on' })).toBe(0);
      expect(asked.map(({ path }) => path.split('/').at(-1))).toEqual(['certificate', 'turn']);
      expect(asked[0]).toMatchObject({ body: 'cluster=db\n', token: 'Bearer the-token' });
      expect(['tls.crt', 'tls.key', 'ca.crt', 'tag'].map(kept)).toEqual([
        'certificate',
        'key',
        'authorities',
        'a:1\n',
      ]);
    });

    it('asks again until it is given one, and says why it waits', async () => {
      answers = [
        [503, 'no roots\n'],
        [200, given],
      ];
      expect(await run({ GALERA_TLS: 'on' })).toBe(0);
      expect(lines).toContain('waiting: the coordinator answers 503: no roots');
      expect(kept('tls.key')).toBe('key');
    });

    it.each([
      ['by its group, where the pod has one', 0o3777, 0o2777, 0o640],
      ['where it has none', 0o1777, 0o777, 0o644],
    ])(
      'lets the start script, of whatever user, read and replace them %s',
      async (_, volume, folder, key) => {
        chmodSync(at('keys'), volume);
        answers = [[200, given]];
        await run({ GALERA_TLS: 'on' }, { keys: at('keys/own') });
        const mode = (name: string) => statSync(at(`keys/own${name}`)).mode & 0o7777;
        expect([mode(''), mode('/first')]).toEqual([folder, folder]);
        expect([mode('/first/tls.key'), mode('/first/tls.crt')]).toEqual([key, 0o644]);
      },
    );

    it('says what to do while the coordinator knows no certificates', async () => {
      const unknown = '{"error":"nothing is served at POST /coordinator/v1/certificate"}\n';
      answers = [
        [404, unknown],
        [404, unknown],
        [200, given],
      ];
      expect(await run({ GALERA_TLS: 'on' })).toBe(0);
      expect(lines).toEqual([
        expect.stringMatching(/^waiting: the coordinator answers 404: .*\. Upgrade galera-injector /),
        'starting',
      ]);
    });

    it('goes on with the one it has when it runs again in its pod', async () => {
      answers = [[200, given]];
      await run({ GALERA_TLS: 'on' });
      asked = [];
      await run({ GALERA_TLS: 'on' });
      expect(asked.map(({ path }) => path)).toEqual(['/coordinator/v1/turn']);
    });
  });

  it('takes certificates of the user’s own from a Secret once that will do, and fetches none', async () => {
    const own = { GALERA_TLS: 'on', GALERA_TLS_SECRET: 'db-tls' };
    const files = await ownFiles(await ownAuthority());
    await mountSecret(at('own'), { ...files, 'ca.crt': '' });
    await expect(run(own)).rejects.toThrow(
      'Secret db-tls, which annotation galera-injector.dev/tls-secret names: it has no ca.crt; put it there',
    );
    expect(asked).toEqual([]);
    await mountSecret(at('own'), files);
    // The second time as after a restart of the machine.
    expect([await run(own), await run(own)]).toEqual([0, 0]);
    expect(asked.map(({ path }) => path)).toEqual(Array(2).fill('/coordinator/v1/turn'));
    expect(readFileSync(at('keys/current/tls.key'), 'utf8')).toBe(files['tls.key']);
  });
});
