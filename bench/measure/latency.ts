/** Latency at a rate that does not wait for the server. */
import { type Bench, type Contestant, startProduct, startServer } from '../bench.ts';
import { seenBy } from '../children.ts';
import { failuresIn, type Seen } from '../load/loops.ts';
import { reviewOf, SIZES } from '../review.ts';
import { type Middle, middle, percentile } from '../../e2e/support/statistics.ts';
import { CONTESTANTS, type Name } from './cpu.ts';

/** Of one contestant, in milliseconds, from the moment a request was due. */
export interface Latency {
  readonly p50: Middle;
  readonly p99: Middle;
  /** Reviews of all rounds that were not answered with 200. */
  readonly failures: number;
}

export type Latencies = Readonly<Record<Name, Latency>>;

/** Requests a second: five times what a cluster within its service level makes. */
export const RATE = 100;

/** Measures reviews of 6 KB, the contestants in turn. */
export async function measureLatency(bench: Bench): Promise<Latencies> {
  const servers: Record<Name, Contestant> = {
    bare: await startServer(bench, 'bare'),
    handler: await startServer(bench, 'handler'),
    comparing: await startServer(bench, 'comparing'),
    product: await startProduct(bench),
  };
  const rounds: Record<Name, Seen[]> = { bare: [], handler: [], comparing: [], product: [] };
  for (let round = 0; round < Math.min(bench.effort.rounds, 3); round += 1) {
    for (const name of CONTESTANTS) rounds[name].push(await seenOf(bench, servers[name]));
  }
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  const of = (name: Name): Latency => ({
    p50: middle(rounds[name].map((one) => percentile(one.latencies, 50))),
    p99: middle(rounds[name].map((one) => percentile(one.latencies, 99))),
    failures: rounds[name].reduce((sum, one) => sum + failuresIn(one).failures, 0),
  });
  return { bare: of('bare'), handler: of('handler'), comparing: of('comparing'), product: of('product') };
}

function seenOf(bench: Bench, { target }: Contestant): Promise<Seen> {
  const body = reviewOf(SIZES['6 KB']);
  const order = { kind: 'open', target, body, perSecond: RATE, milliseconds: bench.effort.openMs } as const;
  return seenBy(bench.loader, order);
}
