/** What the product holds in memory: idle, under load, and under attack, when good callers are timed too. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, closed, startProduct } from '../bench.ts';
import { failuresIn } from '../load/loops.ts';
import { type Memory, seenBy, start } from '../children.ts';
import { reviewOf, SIZES } from '../review.ts';
import { percentile } from '../../e2e/support/statistics.ts';
import { RATE } from './latency.ts';

/** Memory of the product. */
export interface Footprint {
  readonly idle: Memory;
  readonly load: Memory;
  readonly attack: Memory;
  /** Of good callers while the attack goes on: milliseconds, and how many were not answered with 200. */
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
  readonly failures: number;
}

/** Connections that load comes from. */
export const CONNECTIONS = 50;

/** As often as a kubelet might ask: more questions are garbage of their own in what is measured, in milliseconds. */
const CALM_POLL_MS = 500;

/** Measures two processes: one idle and then under load, one under attack from its start. */
export async function measureMemory(bench: Bench): Promise<Footprint> {
  const calm = await startProduct(bench, CALM_POLL_MS);
  await sleep(3_000);
  const idle = calm.memory();
  await closed(bench, calm.target, reviewOf(SIZES['6 KB']), bench.effort.loadMs, CONNECTIONS);
  const load = calm.memory();
  await calm.stop();
  return { idle, load, ...(await underAttack(bench)) };
}

async function underAttack(bench: Bench): Promise<Omit<Footprint, 'idle' | 'load'>> {
  const attacked = await startProduct(bench);
  const { target } = attacked;
  const attacker = start(bench.node, [bench.programs.load]);
  await seenBy(attacker, { kind: 'attack', target });
  await sleep(2_000);
  const seen = await seenBy(bench.loader, {
    kind: 'open',
    target,
    body: reviewOf(SIZES['6 KB']),
    perSecond: RATE,
    milliseconds: bench.effort.attackMs,
  });
  const attack = attacked.memory();
  await Promise.all([attacker.stop(), attacked.stop()]);
  return {
    attack,
    p50: percentile(seen.latencies, 50),
    p99: percentile(seen.latencies, 99),
    ...failuresIn(seen),
  };
}
