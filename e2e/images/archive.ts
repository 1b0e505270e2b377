import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

/** How a container of the image starts: the `config` of the OCI image configuration, with its names. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
  /** For example `{ '3306/tcp': {} }`. */
  readonly ExposedPorts?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly Volumes?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly Labels?: Readonly<Record<string, string>>;
}

/** One entry of an image made of single files. */
export interface ImageFile {
  /** Path inside the image. */
  readonly path: string;
  /** Text, or a file to copy, or the target of a symbolic link, or an empty folder. */
  readonly from: { text: string } | { file: string } | { link: string } | { folder: true };
  /** Permission bits; 0644 for files and 0755 for folders unless given. */
  readonly mode?: number;
}

export interface ImageArchive {
  /** Folder with the image's root file system. */
  readonly rootfs?: string;
  /** Single files, in place of `rootfs` or as a second layer above it. */
  readonly files?: readonly ImageFile[];
  /** Keeps the owners found in `rootfs` (needs root); otherwise everything belongs to root. */
  readonly keepOwners?: boolean;
  readonly config: ImageConfig;
  /** One or more full references, such as `docker.io/library/mariadb:11.8`. */
  readonly tag: string | readonly string[];
  /** File to write. It appears only when it is complete. */
  readonly output: string;
  /** `amd64` or `arm64`; this machine's unless given. */
  readonly architecture?: string;
}

const execute = promisify(execFile);

/**
 * Writes an image in the format of `docker save`, which `ctr images import`, `kind load image-archive` and
 * `docker load` read. The same contents give the same bytes.
 * @returns the image id, `sha256:` and the digest of the configuration
 * @throws when there is neither `rootfs` nor `files`, or tar fails
 */
export async function writeImageArchive(image: ImageArchive): Promise<string> {
  const output = resolve(image.output);
  await mkdir(dirname(output), { recursive: true });
  const work = await mkdtemp(`${output}.unfinished-`);
  try {
    const parts = join(work, 'parts');
    await mkdir(parts);
    const layers = await writeLayers(image, work, parts);
    const configuration = JSON.stringify(imageConfiguration(image, layers));
    const id = createHash('sha256').update(configuration).digest('hex');
    await writeFile(join(parts, `${id}.json`), configuration);
    const tags = typeof image.tag === 'string' ? [image.tag] : image.tag;
    const manifest = [
      { Config: `${id}.json`, RepoTags: tags, Layers: layers.map((digest) => `${digest}.tar`) },
    ];
    await writeFile(join(parts, 'manifest.json'), JSON.stringify(manifest));
    await tar(parts, join(work, 'image.tar'), false);
    await rename(join(work, 'image.tar'), output);
    return `sha256:${id}`;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Writes each layer under its digest and returns the digests, lowest layer first. */
async function writeLayers(image: ImageArchive, work: string, parts: string): Promise<string[]> {
  const layers: string[] = [];
  const add = async (folder: string, keepOwners: boolean): Promise<void> => {
    const layer = join(work, 'layer.tar');
    await tar(folder, layer, keepOwners);
    const digest = await sha256(layer);
    await rename(layer, join(parts, `${digest}.tar`));
    layers.push(digest);
  };
  if (image.rootfs !== undefined) await add(image.rootfs, image.keepOwners ?? false);
  if (image.files !== undefined) {
    const staged = join(work, 'files');
    await stage(staged, image.files);
    await add(staged, false);
  }
  if (layers.length === 0) throw new Error('an image needs rootfs or files: give at least one of them');
  return layers;
}

async function stage(folder: string, files: readonly ImageFile[]): Promise<void> {
  await makeFolder(folder);
  for (const { path, from, mode } of files) {
    const target = join(folder, path);
    await makeFolder(dirname(target));
    if ('link' in from) {
      await symlink(from.link, target);
      continue;
    }
    if ('folder' in from) await makeFolder(target);
    else if ('file' in from) await copyFile(from.file, target);
    else await writeFile(target, from.text);
    // The umask must not show in the image.
    await chmod(target, mode ?? ('folder' in from ? 0o755 : 0o644));
  }
}

async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made === undefined) return;
  for (let path = folder; path.length >= made.length; path = dirname(path)) await chmod(path, 0o755);
}

/** Packs a folder so that neither time, order nor this machine's users show. */
async function tar(folder: string, output: string, keepOwners: boolean): Promise<void> {
  const owners = keepOwners ? [] : ['--owner=0', '--group=0'];
  const fixed = ['--format=gnu', '--sort=name', '--numeric-owner', '--mtime=@0', ...owners];
  await execute('tar', [...fixed, '-C', folder, '-cf', output, '.']);
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function imageConfiguration(image: ImageArchive, layers: readonly string[]): unknown {
  return {
    created: '1970-01-01T00:00:00Z',
    architecture: image.architecture ?? (process.arch === 'x64' ? 'amd64' : process.arch),
    os: 'linux',
    config: image.config,
    rootfs: { type: 'layers', diff_ids: layers.map((digest) => `sha256:${digest}`) },
    history: layers.map(() => ({ created: '1970-01-01T00:00:00Z' })),
  };
}
