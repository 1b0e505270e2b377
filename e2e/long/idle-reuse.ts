/** `npm run idle-reuse`: connections that were idle for 1 to 120 s are used again, ten milliseconds away. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { post } from '../../bench/load/connection.ts';
import { reviewOf } from '../../test/hostile/webhook.ts';
import type { FakeApi } from '../../test/kubernetes/fake-api.ts';
import { delayingProxy } from '../../test/server/delaying-proxy.ts';
import { PooledCaller } from '../../test/server/pooled-caller.ts';
import { apiForServing, authorityIn, startServe } from '../../test/server/serve-process.ts';
import { step, toStderr } from '../cluster/progress.ts';
import { origin } from '../support/origin.ts';
import { firstIdle, nextIdle, Tally } from './idle-times.ts';
import { count } from './options.ts';
import { writeSection } from './section.ts';

const HELP = `Uses connections to two replicas again after they were idle for 1 to 120 s, with ten milliseconds of delay each way.

  --seconds N   how long (default: 240; a connection is idle for up to 120)

Needs no cluster. Writes its result to docs/long-runs.md.
`;

const DELAY_MS = 10;
/** How long the API server keeps an idle connection (k8s.io/apimachinery pkg/util/net/http.go), in milliseconds. */
const POOL_MS = 90_000;
/** Longer than any connection is kept. */
const FOREVER_MS = 3_600_000;
const GOAL = 10_000;
/** A server takes 300 connections of one address and 1000 in all. */
const ADDRESSES = ['127.0.1.1', '127.0.1.2', '127.0.1.3', '127.0.1.4'] as const;
const CALLERS_PER_ADDRESS = 220;
/** Callers without the pool's limit, of one more address. */
const UNLIMITED = 60;
const UNLIMITED_ADDRESS = '127.0.1.5';

/** What a run found. */
interface Outcome {
  readonly pooled: Tally;
  readonly unlimited: Tally;
  /** Connections that could not be opened, and answers other than 200. */
  readonly faults: string[];
}

/** Of an update, which is allowed without a look at the API: this run asks for nothing but the connection. */
const request = post(JSON.stringify(reviewOf(undefined, { operation: 'UPDATE' })));
/** The first calls are spread over so many milliseconds, for the sake of the handshakes. */
const START_MS = 30_000;

/** Calls one replica through a proxy until the end, a time as of Date.now. */
async function callReplica(port: number, authority: string, end: number, out: Outcome): Promise<void> {
  const proxy = await delayingProxy(port, DELAY_MS);
  const from = (address: string) => ({ port: proxy.port, authority, from: address });
  const all = CALLERS_PER_ADDRESS * ADDRESSES.length;
  const pooled = ADDRESSES.flatMap((address, group) =>
    Array.from({ length: CALLERS_PER_ADDRESS }, (_, index) => {
      const caller = new PooledCaller(from(address), request, POOL_MS);
      return reuse(caller, firstIdle(group + index * ADDRESSES.length, all), end, out);
    }),
  );
  const unlimited = Array.from({ length: UNLIMITED }, () =>
    race(new PooledCaller(from(UNLIMITED_ADDRESS), request, FOREVER_MS), out),
  );
  try {
    await Promise.all([...pooled, ...unlimited]);
  } finally {
    await proxy.close();
  }
}

/** Calls after so long; a connection that cannot be opened, or another answer than 200, is a fault and no loss. */
async function callAfter(caller: PooledCaller, idleMs: number, tally: Tally, out: Outcome): Promise<void> {
  const since = performance.now();
  await sleep(idleMs);
  const idle = performance.now() - since;
  try {
    tally.add(idle, await caller.ask());
  } catch (error) {
    out.faults.push(`${new Date().toISOString()} ${String(error)}`);
  }
}

/** Calls again and again, idle in between. */
async function reuse(caller: PooledCaller, first: number, end: number, out: Outcome): Promise<void> {
  await callAfter(caller, Math.random() * START_MS, new Tally(), out);
  for (let idle: number | null = first; idle !== null; idle = nextIdle(end - Date.now(), Math.random())) {
    await callAfter(caller, idle, out.pooled, out);
  }
  caller.close();
}

/** Learns when the server gives a connection up, and calls on the next one about then. */
async function race(caller: PooledCaller, out: Outcome): Promise<void> {
  await callAfter(caller, Math.random() * START_MS, new Tally(), out);
  const idle = (await caller.idleUntilClosed()) - 50 + Math.random() * 60;
  await callAfter(caller, 0, new Tally(), out);
  await callAfter(caller, idle, out.unlimited, out);
  caller.close();
}

async function measure(api: FakeApi, seconds: number): Promise<Outcome> {
  const replicas = [await startServe(api), await startServe(api)];
  const out: Outcome = { pooled: new Tally(), unlimited: new Tally(), faults: [] };
  const end = Date.now() + seconds * 1_000;
  try {
    const authority = authorityIn(api);
    await Promise.all(replicas.map(({ port }) => callReplica(port, authority, end, out)));
  } finally {
    for (const replica of replicas) replica.process.kill('SIGKILL');
  }
  return out;
}

function report({ pooled, unlimited, faults }: Outcome, from: string): string {
  const calls = 2 * UNLIMITED;
  return [
    `\`npm run idle-reuse\` · ${from} · Node ${process.version}`,
    '',
    `Two replicas on loopback behind a proxy that delays every byte by ${DELAY_MS} ms in each direction; ${2 * CALLERS_PER_ADDRESS * ADDRESSES.length} callers with a connection each,`,
    'which keep it idle for at most 90 s, as the API server does, and never repeat a review that they have sent.',
    `Calls on a connection that had been idle: ${pooled.of('reused') + pooled.of('lost')}, of which **${pooled.of('lost')} were lost**.`,
    '',
    ...pooled.table(),
    '',
    `That the race is there: ${calls} callers that give nothing up called within 50 ms of the moment in which the server does. ${unlimited.of('lost')} of their calls were lost.`,
    ...(faults.length === 0
      ? []
      : ['', `${faults.length} faults:`, '', ...faults.slice(0, 10).map((one) => `- ${one}`)]),
  ].join('\n');
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '240' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const seconds = count('--seconds', values.seconds);
  const api = await apiForServing();
  // Requests that were kept would fill this process.
  api.seen.push = () => 0;
  try {
    const outcome = await step(toStderr, `Idle reuse, ${seconds} s`, () => measure(api, seconds));
    const text = report(outcome, await origin());
    await writeSection('Idle reuse', text);
    process.stdout.write(`${text}\n`);
    const [reused, lost] = [outcome.pooled.of('reused'), outcome.pooled.of('lost')];
    if (reused < GOAL) toStderr(`${reused} connections were used again; the goal is ${GOAL}\n`);
    return lost === 0 && outcome.faults.length === 0 && reused >= GOAL ? 0 : 1;
  } finally {
    await api.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`idle-reuse: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
