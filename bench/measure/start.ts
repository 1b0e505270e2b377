/** Time from the start of the process to its being ready. */
import { type Bench, startProduct, startServer } from '../bench.ts';
import { type Middle, middle } from '../../e2e/support/statistics.ts';

/** In milliseconds. */
export interface Starts {
  /** The product, with the API server and the certificate's Secret there. */
  readonly product: Middle;
  /** The bare server: the runtime itself. */
  readonly bare: Middle;
}

/** Starts both in turn. */
export async function measureStart(bench: Bench): Promise<Starts> {
  const product: number[] = [];
  const bare: number[] = [];
  for (let turn = 0; turn < bench.effort.starts; turn += 1) {
    for (const [times, begin] of [
      [bare, () => startServer(bench, 'bare')],
      [product, () => startProduct(bench)],
    ] as const) {
      const server = await begin();
      times.push(server.readyAfter);
      await server.stop();
    }
  }
  return { product: middle(product), bare: middle(bare) };
}
