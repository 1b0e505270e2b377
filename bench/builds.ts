/** Bundles of everything that runs in a process of its own, made as the product's is. */
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { buildBundle, type Bundle, bundleOptions } from '../scripts/build.ts';

const here = import.meta.dirname;

/** Paths of the programs that are measured or measure. */
export interface Programs {
  readonly product: Bundle;
  readonly bare: string;
  readonly handler: string;
  readonly comparing: string;
  readonly probe: string;
  readonly load: string;
}

/** Puts the comparing plan in the place of the injection where admission imports it. */
const byComparison: Plugin = {
  name: 'by-comparison',
  setup(esbuild) {
    esbuild.onResolve({ filter: /injection\/index\.ts$/ }, ({ importer }) =>
      importer.endsWith('/src/admission/admit.ts')
        ? { path: join(here, 'servers', 'comparing-plan.ts') }
        : undefined,
    );
  },
};

/** Builds all programs into a folder. */
export async function buildPrograms(folder: string): Promise<Programs> {
  const one = async (name: string, source: string, plugins: readonly Plugin[] = []): Promise<string> => {
    const outfile = join(folder, `${name}.mjs`);
    const { plugins: own = [], ...options } = bundleOptions('0.0.0');
    const entryPoints = [join(here, source)];
    await build({ ...options, plugins: [...plugins, ...own], entryPoints, outfile, sourcemap: false });
    return outfile;
  };
  const [product, bare, handler, comparing, probe, load] = await Promise.all([
    buildBundle(folder),
    one('bare', 'servers/bare.ts'),
    one('handler', 'servers/handler.ts'),
    one('comparing', 'servers/handler.ts', [byComparison]),
    one('probe', 'servers/probe.ts'),
    one('load', 'load/process.ts'),
  ]);
  return { product, bare, handler, comparing, probe, load };
}
