import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { bundledPackages, licenceTexts } from './licences.ts';

const root = join(import.meta.dirname, '..');

/**
 * Bundled CommonJS packages call `require`, which an ES module has to make for itself; the prefix keeps the import from
 * clashing with a name in the bundle. The entry's `#!` line stays above.
 */
const banner = `import { createRequire as galeraInjectorCreateRequire } from 'node:module';
const require = galeraInjectorCreateRequire(import.meta.url);`;

/**
 * Leaves out what nobody imports but would be kept, because it registers itself when it is loaded: of the Kubernetes client
 * the generated classes and the commands (docs/adr/0015), of express the parser of bodies, which src/server/body.ts reads.
 * An import of something left out fails the build.
 */
const unusedParts: Plugin = {
  name: 'unused-parts',
  setup(esbuild) {
    const entry = /@kubernetes\/client-node\/dist\/(gen\/)?index\.js$/;
    const kept = /'\.\/(config|api|patch|middleware)\.js'|"\.\/(http|auth|configuration|apis|servers)\b/;
    esbuild.onLoad({ filter: entry }, async ({ path }) => {
      const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => kept.test(line));
      return { contents: lines.join('\n') };
    });
    esbuild.onResolve({ filter: /^body-parser$/ }, ({ path }) => ({ path, namespace: unusedParts.name }));
    esbuild.onLoad({ filter: /./, namespace: unusedParts.name }, () => ({
      contents: 'module.exports = {};',
    }));
  },
};

/**
 * Has Node's own modules required, not imported: for an import Node reads every name that the module exports, and reading those of
 * `node:http` loads a whole client of HTTP and WebSocket that nobody here uses (9 MB and 60 ms of a start).
 */
const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup(esbuild) {
    const filter = new RegExp(`^(node:)?(${builtinModules.join('|')})$`);
    esbuild.onResolve({ filter }, ({ path, namespace }) =>
      namespace === requiredBuiltins.name
        ? { path, external: true }
        : { path, namespace: requiredBuiltins.name },
    );
    esbuild.onLoad({ filter, namespace: requiredBuiltins.name }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

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
    plugins: [unusedParts, requiredBuiltins],
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
