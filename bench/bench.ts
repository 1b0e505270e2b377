/** What every measurement works with. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import type { FakeApi } from '../test/kubernetes/fake-api.ts';
import type { Programs } from './builds.ts';
import { type Child, freePort, seenBy, start } from './children.ts';
import { open, type Target } from './load/connection.ts';
import { failuresIn, type Seen } from './load/loops.ts';

/** How long and how often to measure. */
export interface Effort {
  readonly rounds: number;
  /** Of one round of CPU, in milliseconds. */
  readonly closedMs: number;
  readonly openMs: number;
  readonly loadMs: number;
  readonly attackMs: number;
  readonly starts: number;
}

/** The bench of one run. */
export interface Bench {
  readonly effort: Effort;
  /** The Node binary of the image. */
  readonly node: string;
  readonly programs: Programs;
  /** The process that makes the load. */
  readonly loader: Child;
  readonly pairFile: string;
  readonly authority: string;
  readonly api: FakeApi;
  readonly apiPort: number;
  /** The folder that stands for the mounted service account. */
  readonly account: string;
}

/** A server that answers reviews. */
export interface Contestant extends Child {
  readonly target: Target;
  /** Milliseconds from the start of the process to its being ready. */
  readonly readyAfter: number;
}

/** How often to ask whether a server is there: what a start takes is known as closely, in milliseconds. */
const POLL_MS = 2;

/** The options of the Node runtime that the chart gives the container. */
export function nodeOptions(): string {
  const file = join(import.meta.dirname, '..', 'charts', 'galera-injector', 'values.yaml');
  return (parse(readFileSync(file, 'utf8')) as { nodeOptions: string }).nodeOptions;
}

/** Starts one of the small servers. */
export async function startServer(
  bench: Bench,
  program: 'bare' | 'handler' | 'comparing',
): Promise<Contestant> {
  const port = await freePort();
  const env = { BENCH_PORT: String(port), BENCH_PAIR: bench.pairFile, NODE_OPTIONS: nodeOptions() };
  const began = performance.now();
  const child = start(bench.node, ['--import', bench.programs.probe, bench.programs[program]], env);
  const target = { port, authority: bench.authority };
  await until(async () => (await open(target)).socket.destroy());
  return { ...child, target, readyAfter: performance.now() - began };
}

/** Starts the product as the chart does, against the stand-in of the API server; asks every `pollMs` whether it is ready. */
export async function startProduct(bench: Bench, pollMs = POLL_MS): Promise<Contestant> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const env = {
    BENCH_ACCOUNT: bench.account,
    KUBERNETES_SERVICE_HOST: 'localhost',
    KUBERNETES_SERVICE_PORT: String(bench.apiPort),
    NODE_OPTIONS: nodeOptions(),
    POD_NAMESPACE: 'galera-system',
    GALERA_INJECTOR_SERVICE: 'galera-injector',
    GALERA_INJECTOR_WEBHOOK: 'galera-injector',
    GALERA_INJECTOR_IMAGE: 'galera-injector:0.0.0',
    GALERA_INJECTOR_PORT: String(port),
    GALERA_INJECTOR_ADMIN_PORT: String(adminPort),
  };
  const began = performance.now();
  const child = start(
    bench.node,
    ['--import', bench.programs.probe, bench.programs.product.path, 'serve'],
    env,
  );
  await until(() => isReady(adminPort), pollMs);
  return { ...child, target: { port, authority: bench.authority }, readyAfter: performance.now() - began };
}

/** Has a load made against a server; the number of requests. @throws when more than one in a hundred fails */
export async function closed(
  bench: Bench,
  target: Target,
  body: string,
  milliseconds: number,
  connections = 10,
): Promise<number> {
  const order = { kind: 'closed', target, body, connections, milliseconds } as const;
  return answered(await seenBy(bench.loader, order));
}

/** The number of requests. @throws when more than one in a hundred was not answered with 200 */
function answered(seen: Seen): number {
  const { requests, failures } = failuresIn(seen);
  if (failures * 100 <= requests) return requests;
  throw new Error(
    `reviews were not answered with 200; how many with which status: ${JSON.stringify(seen.answers)}`,
  );
}

/** Tries again and again, for a minute. */
async function until(work: () => Promise<unknown>, pollMs = POLL_MS): Promise<void> {
  const late = performance.now() + 60_000;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (performance.now() > late) throw error;
      await sleep(pollMs);
    }
  }
}

function isReady(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`/readyz answers ${response.statusCode}`));
    });
    call.on('error', reject);
    call.end();
  });
}
