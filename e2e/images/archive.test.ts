import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageArchive } from './archive.ts';
import { writeImageArchive } from './archive.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function hello(more: Partial<ImageArchive> = {}): ImageArchive {
  return {
    files: [{ path: '/bin/hello', from: { text: 'hello' }, mode: 0o755 }],
    config: { Entrypoint: ['/bin/hello'], User: '65532' },
    tag: 'example.test/hello:1',
    output: join(folder, 'image.tar'),
    ...more,
  };
}

function member(archive: string, name: string): Buffer {
  return execFileSync('tar', ['-xOf', archive, `./${name}`]);
}

interface Opened {
  readonly manifest: { Config: string; RepoTags: string[]; Layers: string[] };
  readonly configuration: { config: unknown; rootfs: { diff_ids: string[] } };
  readonly listing: string;
}

function open(archive: string): Opened {
  const [manifest] = JSON.parse(member(archive, 'manifest.json').toString()) as [Opened['manifest']];
  const configuration = JSON.parse(member(archive, manifest.Config).toString()) as Opened['configuration'];
  const layer = member(archive, manifest.Layers[0] ?? '');
  return {
    manifest,
    configuration,
    listing: execFileSync('tar', ['-tv', '--numeric-owner'], { input: layer }).toString(),
  };
}

describe('an image archive', () => {
  it('names each layer in the configuration by the digest of its uncompressed bytes', async () => {
    await writeImageArchive(hello());

    const { manifest, configuration } = open(hello().output);
    const digests = manifest.Layers.map(
      (layer) => `sha256:${createHash('sha256').update(member(hello().output, layer)).digest('hex')}`,
    );
    expect(configuration.rootfs.diff_ids).toEqual(digests);
  });

  it('has the digest of its configuration as image id', async () => {
    const id = await writeImageArchive(hello());

    const { manifest } = open(hello().output);
    const digest = createHash('sha256').update(member(hello().output, manifest.Config)).digest('hex');
    expect(id).toBe(`sha256:${digest}`);
  });

  it('carries the start configuration unchanged', async () => {
    await writeImageArchive(hello());

    expect(open(hello().output).configuration.config).toEqual({ Entrypoint: ['/bin/hello'], User: '65532' });
  });

  it('can carry several tags', async () => {
    await writeImageArchive(hello({ tag: ['example.test/a:1', 'example.test/b:2'] }));

    expect(open(hello().output).manifest.RepoTags).toEqual(['example.test/a:1', 'example.test/b:2']);
  });

  it('gives everything to root and keeps the modes asked for, links and empty folders', async () => {
    await writeImageArchive(
      hello({
        files: [
          { path: '/bin/hello', from: { text: 'hello' }, mode: 0o755 },
          { path: '/tmp', from: { folder: true }, mode: 0o1777 },
          { path: '/hello', from: { link: 'bin/hello' } },
        ],
      }),
    );

    const { listing } = open(hello().output);
    expect(listing).toMatch(/^-rwxr-xr-x 0\/0 .* \.\/bin\/hello$/m);
    expect(listing).toMatch(/^drwxrwxrwt 0\/0 .* \.\/tmp\/$/m);
    expect(listing).toMatch(/^lrwxrwxrwx 0\/0 .* \.\/hello -> bin\/hello$/m);
  });

  it('puts single files into a second layer above a root file system', async () => {
    const rootfs = mkdtempSync(join(folder, 'root-'));
    writeFileSync(join(rootfs, 'base'), 'base');

    await writeImageArchive(hello({ rootfs }));

    const { manifest, listing } = open(hello().output);
    expect(manifest.Layers).toHaveLength(2);
    expect(listing).toMatch(/\.\/base$/m);
  });

  it('is the same to the byte when only times differ', async () => {
    const source = join(folder, 'source');
    writeFileSync(source, 'hello');
    const image = hello({ files: [{ path: '/bin/hello', from: { file: source } }] });
    await writeImageArchive(image);
    const first = readFileSync(image.output);
    utimesSync(source, 1, 1);

    await writeImageArchive(image);

    expect(readFileSync(image.output).equals(first)).toBe(true);
  });

  it('leaves nothing behind when it fails', async () => {
    const missing = hello({ files: [{ path: '/x', from: { file: join(folder, 'absent') } }] });

    await expect(writeImageArchive(missing)).rejects.toThrow('absent');

    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused without contents', async () => {
    const { files: _, ...empty } = hello();

    await expect(writeImageArchive(empty)).rejects.toThrow('an image needs rootfs or files');
  });
});
