import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { step, toStderr } from '../e2e/cluster/progress.ts';
import { type ImageFile, writeImageArchive } from '../e2e/images/archive.ts';
import { nodeRuntimeFiles } from '../e2e/images/node-runtime.ts';
import { buildBundle } from './build.ts';
import {
  agentFolder,
  applicationFolder,
  imageCommand,
  imageEntrypoint,
  imageEnvironment,
  imageLabels,
  imageUser,
} from './image-config.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const run = promisify(execFile);

/** What was packed. */
export interface Image {
  /** The archive, in the format of `docker save`. */
  readonly archive: string;
  /** The reference that manifests name, without the registry that `docker.io/library/` stands for. */
  readonly reference: string;
}

/**
 * Builds the bundle and packs what the Dockerfile puts into the image into `dist/image/`, without a Docker engine.
 *
 * @throws Error when the registry that has the Node binary cannot be reached and the cache lacks it
 */
export async function buildImage(): Promise<Image> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const reference = `galera-injector:${version}`;
  const archive = join(dist, 'image', `galera-injector-${version}.tar`);
  await buildBundle(dist);
  const rootfs = await nodeRuntimeFiles();
  const pack = async (): Promise<string> =>
    writeImageArchive({
      rootfs,
      files: await imageFiles(),
      config: {
        Entrypoint: imageEntrypoint,
        Cmd: imageCommand,
        Env: Object.entries(imageEnvironment).map(([name, value]) => `${name}=${value}`),
        User: imageUser,
        WorkingDir: '/',
        Labels: imageLabels(version, await revision()),
      },
      // The full form of the reference, since containerd keeps the names of an archive as they are.
      tag: `docker.io/library/${reference}`,
      output: archive,
    });
  await step(toStderr, `Packing the image ${reference}`, pack);
  return { archive, reference };
}

/** The layer above the Node runtime. */
export async function imageFiles(): Promise<ImageFile[]> {
  const bundled = ['galera-injector.mjs', 'galera-injector.mjs.map', 'THIRD-PARTY-LICENCES.txt'];
  const scripts = await readdir(join(root, 'agent'), { recursive: true, withFileTypes: true });
  return [
    // Distroless images have Node here; one entry point fits both.
    { path: '/nodejs/bin/node', from: { link: '/usr/local/bin/node' } },
    ...bundled.map((name) => ({ path: `${applicationFolder}/${name}`, from: { file: join(dist, name) } })),
    { path: `${applicationFolder}/LICENSE`, from: { file: join(root, 'LICENSE') } },
    ...scripts
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => ({
        path: join(agentFolder, relative(join(root, 'agent'), file)),
        from: { file },
        mode: 0o755,
      })),
  ];
}

/** The commit that is checked out; outside a clone nobody knows it. */
async function revision(): Promise<string> {
  const head = await run('git', ['-C', root, 'rev-parse', 'HEAD']).catch(() => undefined);
  return head?.stdout.trim() ?? 'unknown';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { archive, reference } = await buildImage();
  const { size } = await stat(archive);
  const path = relative(process.cwd(), archive);
  console.log(`${path}: ${reference}, ${Math.round(size / 1024 / 1024)} MiB`);
}
