/** `init`: the init container `galera-init`. It brings the agent into the pod and waits for the node's turn. */
import type { Dirent } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DATA_DIRECTORY_VARIABLE } from '../injection/names.ts';
import { requiredIn } from './environment.ts';
import { ownCertificate } from './own-certificate.ts';

/** How long to wait between two questions, in milliseconds. */
const PAUSE_MS = 2_000;
const CALL_TIMEOUT_MS = 10_000;
/** Of a mode: what is made in the folder gets its group. */
const SETGID = 0o2000;

/** Passes by itself during an upgrade. The kubelet shows it as the end of the log when the pod is deleted. */
const OLD_COORDINATOR =
  'the coordinator answers 404: it is of an older version, which has no certificates for members. ' +
  'Upgrade galera-injector to the version of this image';

/** Where things are; tests bring other places. */
export interface InitPlaces {
  /** The scripts in the image. */
  readonly agent: string;
  /** The emptyDir shared with the database container. */
  readonly shared: string;
  readonly token: string;
  /** A folder of the emptyDir in memory that both containers share, where the members speak TLS. */
  readonly keys: string;
  readonly log: (line: string) => void;
  /** Milliseconds between two questions. */
  readonly pauseMs?: number;
}

const PLACES: InitPlaces = {
  agent: '/agent',
  shared: '/galera',
  token: '/var/run/secrets/galera-injector/token',
  keys: '/galera-tls/keys',
  log: (line) => process.stdout.write(`galera-injector: ${line}\n`),
};

/** What the webhook put into the environment of the init container. */
interface InitConfig {
  readonly coordinator: string;
  readonly authority: string;
  readonly cluster: string;
  readonly dataDirectory: string;
  /** Whether the member needs key and certificate before its server starts. */
  readonly tls: boolean;
  /** The Secret with certificates of the user's own; empty where the coordinator gives them. */
  readonly tlsSecret: string;
}

/** Copies the agent, then asks until it is this node's turn. Resolves with the exit code. */
export async function init(env: NodeJS.ProcessEnv, places: InitPlaces = PLACES): Promise<number> {
  const config = readConfig(env);
  await bringAgent(config, places);
  await forgetConfirmation(places);
  if (config.tlsSecret !== '') await keepOwnCertificate(config.tlsSecret, places);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGTERM', onSignal);
  try {
    return await waitForTurn(config, places, stop.signal);
  } finally {
    process.removeListener('SIGTERM', onSignal);
  }
}

async function waitForTurn(config: InitConfig, places: InitPlaces, signal: AbortSignal): Promise<number> {
  let said = '';
  while (!signal.aborted) {
    const answer = await nextStep(config, places).catch((error: unknown) => `wait ${explain(error)}`);
    if (answer === 'start') {
      places.log('starting');
      return 0;
    }
    const why = answer.replace(/^wait /, '');
    if (why !== said) places.log(`waiting: ${why}`);
    said = why;
    await sleep(places.pauseMs ?? PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  places.log('told to stop while waiting');
  return 143;
}

function readConfig(env: NodeJS.ProcessEnv): InitConfig {
  const get = requiredIn(env, 'the webhook');
  return {
    coordinator: get('GALERA_COORDINATOR'),
    authority: get('GALERA_CA'),
    cluster: get('GALERA_CLUSTER'),
    dataDirectory: get(DATA_DIRECTORY_VARIABLE),
    tls: ['on', 'off'].includes(env['GALERA_TLS'] ?? ''),
    tlsSecret: env['GALERA_TLS_SECRET'] ?? '',
  };
}

async function bringAgent(config: InitConfig, places: InitPlaces): Promise<void> {
  await cp(places.agent, places.shared, { recursive: true });
  // As in the image, whatever the umask: any of them may be run.
  const names = await readdir(places.agent, { recursive: true });
  for (const name of names) await chmod(join(places.shared, name), 0o755);
  await writeFile(join(places.shared, 'ca.crt'), config.authority);
  await writeFile(join(places.shared, 'coordinator'), `${config.coordinator}\n`);
}

/**
 * What the coordinator confirmed to a server of this pod is over: it will be told that none runs here. That is only there when
 * this container runs again in its pod, as after a restart of the machine (agent/lib/alone.sh).
 */
async function forgetConfirmation({ shared }: InitPlaces): Promise<void> {
  for (const name of ['acknowledged', 'acknowledged.suspended'])
    await rm(join(shared, name), { force: true });
}

/** The certificate first: with it the start script goes on even when the coordinator is away. */
async function nextStep(config: InitConfig, places: InitPlaces): Promise<string> {
  if (config.tls && !(await hasCertificate(places))) {
    const line = await call(config, places, 'certificate', `cluster=${config.cluster}\n`);
    if (!line.startsWith('new ')) return line.startsWith('wait ') ? line : `wait ${line}`;
    await keepCertificate(line, places);
  }
  return ask(config, places);
}

/** There is one when this container runs again in its pod; a loop beside the server renews it (agent/lib/tls.sh). */
async function hasCertificate({ keys }: InitPlaces): Promise<boolean> {
  return (await readdir(join(keys, 'current')).catch(() => [])).length > 0;
}

/** Lets the member begin with what its user brings, if that will do; the loop beside the server follows the Secret. */
export async function keepOwnCertificate(secret: string, { keys }: Pick<InitPlaces, 'keys'>): Promise<void> {
  const { name, line } = await ownCertificate(secret, join(keys, '..', 'own'));
  await keepCertificate(line, { keys });
  const file = join(keys, 'name');
  await writeFile(file, `${name}\n`);
  // For a server of whatever user, and whatever the umask.
  await chmod(file, 0o644);
}

/** Writes what `new SECONDS TAG CERTIFICATE KEY AUTHORITIES` gives, for a server and a loop of whatever user. */
async function keepCertificate(line: string, { keys }: Pick<InitPlaces, 'keys'>): Promise<void> {
  const [, , tag = '', certificate, key, authorities] = line.split(' ');
  const folder = join(keys, 'first');
  await rm(folder, { recursive: true, force: true });
  await openToAll(keys);
  const hasGroup = await openToAll(folder);
  await writeFile(join(folder, 'tag'), `${tag}\n`);
  await writeFile(join(folder, 'tls.crt'), decoded(certificate));
  // Until the start script, which knows the server's user, puts its own in the place of it (agent/lib/tls.sh).
  await writeFile(join(folder, 'tls.key'), decoded(key), { mode: hasGroup ? 0o640 : 0o644 });
  await writeFile(join(folder, 'ca.crt'), decoded(authorities));
  await rm(join(keys, 'current'), { force: true });
  await symlink('first', join(keys, 'current'));
}

/**
 * Makes a folder in which a script of whatever user can replace what stands there. Not so the volume: the kubelet gives
 * file systems in memory the sticky bit. Whether the folder hands its group on, which is then the pod's fsGroup.
 */
async function openToAll(folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const hasGroup = ((await stat(folder)).mode & SETGID) !== 0;
  await chmod(folder, hasGroup ? 0o2777 : 0o777);
  return hasGroup;
}

function decoded(text = ''): string {
  return Buffer.from(text, 'base64').toString();
}

/** Asks once. The data directory is looked at each time: a volume may be filled by another init container. */
async function ask(config: InitConfig, places: InitPlaces): Promise<string> {
  const data = (await isEmpty(config.dataDirectory)) ? 'empty' : 'present';
  return call(
    config,
    places,
    'turn',
    `cluster=${config.cluster}\nask=${await count(places)}\ndata=${data}\n`,
  );
}

/** The line that the coordinator answers, or `wait` and why there is none to go by. */
async function call(
  config: InitConfig,
  places: InitPlaces,
  name: 'turn' | 'certificate',
  said: string,
): Promise<string> {
  const token = (await readFile(places.token, 'utf8')).trim();
  const { status, body } = await post(config, token, name, said);
  const line = body.split('\n')[0] ?? '';
  if (status === 200) return line;
  if (status === 404 && name === 'certificate') return `wait ${OLD_COORDINATOR}`;
  return `wait the coordinator answers ${status}: ${line}`;
}

/**
 * The next number of a question; the start script goes on counting in the same file. After a restart of the machine this
 * container runs again, and the file may be another user's by then: it is replaced, which the directory allows, not written to.
 */
async function count(places: InitPlaces): Promise<number> {
  const file = join(places.shared, 'asked');
  const before = Number(await readFile(file, 'utf8').catch(() => '0'));
  const next = Number.isSafeInteger(before) ? before + 1 : 1;
  const fresh = `${file}.init`;
  await writeFile(fresh, `${next}\n`);
  await chmod(fresh, 0o666);
  await rename(fresh, file);
  return next;
}

/** Whether the directory holds no data. One that cannot be read is not known to be empty: the start script looks. */
async function isEmpty(directory: string): Promise<boolean> {
  try {
    for (const entry of await readdir(directory, { withFileTypes: true }))
      if (!(await isForeign(directory, entry))) return false;
    return true;
  } catch {
    return false;
  }
}

/** Whether an entry is not the server's: as `list_data` in agent/lib/data.sh. Other volumes are empty folders in this container. */
async function isForeign(directory: string, entry: Dirent): Promise<boolean> {
  if (entry.name === 'lost+found') return true;
  if (entry.name.startsWith('.')) return entry.name !== '.sst';
  return entry.isDirectory() && (await readdir(join(directory, entry.name))).length === 0;
}

function post(
  config: InitConfig,
  token: string,
  name: string,
  body: string,
): Promise<{ status: number; body: string }> {
  const url = `https://${config.coordinator}/coordinator/v1/${name}`;
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      {
        method: 'POST',
        ca: config.authority,
        timeout: CALL_TIMEOUT_MS,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/plain', Connection: 'close' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        response.on('error', reject);
      },
    );
    asking.on('timeout', () => asking.destroy(new Error(`no answer within ${CALL_TIMEOUT_MS / 1_000} s`)));
    asking.on('error', reject);
    asking.end(body);
  });
}

function explain(error: unknown): string {
  return `the coordinator cannot be asked: ${error instanceof Error ? error.message : String(error)}`;
}
