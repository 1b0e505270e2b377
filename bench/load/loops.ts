/** The two kinds of load: as fast as a few connections go, and at a rate that does not wait for the server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, open, type Target } from './connection.ts';

/** What a load saw. */
export interface Seen {
  /** How many requests had which status; 0 stands for connections that ended and answers that never came. */
  readonly answers: Readonly<Record<string, number>>;
  /** Milliseconds of each request of an open loop, from the moment it was due. */
  readonly latencies: readonly number[];
}

/** Requests of each connection at least, however slow they are. */
const LEAST = 3;

/** Each connection sends its next request when its last is answered, for so long. */
export async function closedLoop(
  target: Target,
  request: Buffer,
  connections: number,
  milliseconds: number,
): Promise<Seen> {
  const all = await Promise.all(Array.from({ length: connections }, () => open(target)));
  const end = performance.now() + milliseconds;
  const answers: number[] = [];
  await Promise.all(
    all.map(async ({ ask, socket }) => {
      for (let own = 0; own < LEAST || performance.now() < end; own += 1) answers.push(await ask(request));
      socket.destroy();
    }),
  );
  return { answers: countsOf(answers), latencies: [] };
}

/**
 * Sends at fixed times whatever the server does. A request that finds no free connection waits for one, and its time
 * counts from when it was due: a server that stops for a second cannot hide the hundred requests that met it.
 */
export async function openLoop(
  target: Target,
  request: Buffer,
  perSecond: number,
  milliseconds: number,
): Promise<Seen> {
  const free: Connection[] = await Promise.all(Array.from({ length: 25 }, () => open(target)));
  for (const { ask } of free) await ask(request);
  const all = [...free];
  const waiting: number[] = [];
  const latencies: number[] = [];
  const answers: number[] = [];
  const serve = async (connection: Connection, due: number): Promise<void> => {
    const status = await connection.ask(request).catch(() => 0);
    latencies.push(performance.now() - due);
    answers.push(status);
    const next = waiting.shift();
    if (connection.socket.destroyed) return;
    if (next === undefined) free.push(connection);
    else void serve(connection, next);
  };
  const start = performance.now();
  const count = Math.floor((milliseconds * perSecond) / 1_000);
  for (let sent = 0; sent < count; sent += 1) {
    const due = start + (sent * 1_000) / perSecond;
    await untilDue(due);
    const connection = free.shift();
    if (connection === undefined) waiting.push(due);
    else void serve(connection, due);
  }
  const late = performance.now() + 10_000;
  while (answers.length < count && performance.now() < late) await sleep(5);
  for (const { socket } of all) socket.destroy();
  while (answers.length < count) answers.push(0);
  return { answers: countsOf(answers), latencies };
}

/** Waits until `performance.now()` has reached that. Timers are late by up to a millisecond; the last one is waited for with open eyes. */
export async function untilDue(due: number): Promise<void> {
  const rest = due - performance.now();
  if (rest > 1.5) await sleep(rest - 1.5);
  while (performance.now() < due) await new Promise(setImmediate);
}

function countsOf(answers: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const status of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** How many requests there were, and how many were not answered with 200. */
export function failuresIn({ answers }: Seen): { requests: number; failures: number } {
  const requests = Object.values(answers).reduce((sum, count) => sum + count, 0);
  return { requests, failures: requests - (answers['200'] ?? 0) };
}
