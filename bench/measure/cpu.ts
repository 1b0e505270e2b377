/** Processor time per review, the contestants in turn. */
import { type Bench, closed, type Contestant, startProduct, startServer } from '../bench.ts';
import { reviewOf, SIZES } from '../review.ts';
import { type Middle, middle } from '../../e2e/support/statistics.ts';

export type Size = keyof typeof SIZES;

export const CONTESTANTS = ['bare', 'handler', 'comparing', 'product'] as const;
export type Name = (typeof CONTESTANTS)[number];

/** Of one contestant at one size. */
export interface Cost {
  /** Microseconds of all threads for one review. */
  readonly micros: Middle;
  /** Against the bare server in the same round. */
  readonly ratio: Middle;
}

export type Costs = Readonly<Record<Size, Readonly<Record<Name, Cost>>>>;

/** Measures every size; each round goes through all contestants, so that what disturbs the machine hits all alike. */
export async function measureCpu(bench: Bench): Promise<Costs> {
  const servers = await startAll(bench);
  const costs: Partial<Record<Size, Record<Name, Cost>>> = {};
  for (const [size, bytes] of Object.entries(SIZES) as [Size, number][]) {
    costs[size] = await measureSize(bench, servers, reviewOf(bytes), bytes < 500_000 ? 10 : 2);
  }
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  return costs as Costs;
}

async function startAll(bench: Bench): Promise<Record<Name, Contestant>> {
  return {
    bare: await startServer(bench, 'bare'),
    handler: await startServer(bench, 'handler'),
    comparing: await startServer(bench, 'comparing'),
    product: await startProduct(bench),
  };
}

async function measureSize(
  bench: Bench,
  servers: Readonly<Record<Name, Contestant>>,
  body: string,
  connections: number,
): Promise<Record<Name, Cost>> {
  const { rounds, closedMs } = bench.effort;
  const micros: Record<Name, number[]> = { bare: [], handler: [], comparing: [], product: [] };
  for (let round = -1; round < rounds; round += 1) {
    for (const name of CONTESTANTS) {
      const server = servers[name];
      const before = await server.cpu();
      const requests = await closed(bench, server.target, body, closedMs, connections);
      // The first round is for the compilers of V8.
      if (round >= 0) micros[name].push(((await server.cpu()) - before) / requests);
    }
  }
  const cost = (name: Name): Cost => ({
    micros: middle(micros[name]),
    ratio: middle(micros[name].map((own, round) => own / (micros.bare[round] ?? Number.NaN))),
  });
  return {
    bare: cost('bare'),
    handler: cost('handler'),
    comparing: cost('comparing'),
    product: cost('product'),
  };
}
