import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';
import { plugins } from './bundle-plugins.ts';
import { bundledPackages, licenceTexts } from './licences.ts';

const root = join(import.meta.dirname, '..');

/**
 * Bundled CommonJS packages call `require`, which an ES module has to make for itself; the prefix keeps the import from
 * clashing with a name in the bundle. The entry's `#!` line stays above.
 */
const banner = `import { createRequire as galeraInjectorCreateRequire } from 'node:module';
const require = galeraInjectorCreateRequire(import.meta.url);`;

/** What a build wrote. Sizes are in bytes. */
export interface Bundle {
  readonly path: string;
  readonly bytes: number;
  readonly gzippedBytes: number;
  readonly packages: number;
}

/** How everything that runs in the image is bundled; it sees the version as the constant `GALERA_INJECTOR_VERSION`. */
export function bundleOptions(version: string): BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // Names stay readable in a stack trace; whitespace alone is 15 MB of memory in a process that runs everywhere.
    minifyWhitespace: true,
    minifySyntax: true,
    // Node prints the whole line of an uncaught error.
    lineLimit: 120,
    format: 'esm',
    banner: { js: banner },
    plugins,
    define: { GALERA_INJECTOR_VERSION: JSON.stringify(version) },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  };
}

/**
 * Bundles the command line and all it imports into `galera-injector.mjs` in a folder, beside its source map and the licences
 * of the packages inside.
 */
export async function buildBundle(folder: string): Promise<Bundle> {
  const path = join(folder, 'galera-injector.mjs');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const { metafile } = await build({
    ...bundleOptions(version),
    entryPoints: [join(root, 'src', 'main.ts')],
    outfile: path,
    metafile: true,
  });
  const packages = bundledPackages(Object.keys(metafile.inputs));
  await writeFile(join(folder, 'THIRD-PARTY-LICENCES.txt'), await licenceTexts(root, packages));
  await chmod(path, 0o755);
  const { size } = await stat(path);
  const gzippedBytes = gzipSync(await readFile(path)).length;
  return { path, bytes: size, gzippedBytes, packages: packages.length };
}

function kibibytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}

async function main(): Promise<void> {
  const { path, bytes, gzippedBytes, packages } = await buildBundle(join(root, 'dist'));
  console.log(
    `${relative(process.cwd(), path)}: ${kibibytes(bytes)}, ${kibibytes(gzippedBytes)} gzipped, with ${packages} packages`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
