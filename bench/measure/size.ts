/** Sizes: of the bundle, the image, the dependencies and the patch. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { buildImage } from '../../scripts/image.ts';
import { plan } from '../../src/injection/index.ts';
import type { Bench } from '../bench.ts';
import { CONTEXT, settingsWith } from '../injection.ts';
import { reviewOf, SIZES } from '../review.ts';

/** In bytes, and counts. */
export interface Sizes {
  readonly bundle: number;
  readonly bundleGzipped: number;
  /** Packages with code in the bundle. */
  readonly bundled: number;
  /** Dependencies that package.json names. */
  readonly named: number;
  /** Packages that an installation without those for development brings. */
  readonly installed: number;
  readonly image: number;
  /** As a registry keeps it: its layers compressed by gzip. */
  readonly imageGzipped: number;
  readonly patch: number;
  readonly operations: number;
}

const root = join(import.meta.dirname, '..', '..');

/** Builds the image and measures. */
export async function measureSizes({ programs, authority }: Bench): Promise<Sizes> {
  const { archive } = await buildImage();
  const [image, imageGzipped] = await lengths(archive);
  const lock = await json<{ packages: Record<string, { dev?: boolean; optional?: boolean }> }>(
    'package-lock.json',
  );
  const { dependencies } = await json<{ dependencies: object }>('package.json');
  const installed = Object.entries(lock.packages).filter(([path, one]) => path !== '' && one.dev !== true);
  const patch = patchOfThreeNodes(authority);
  return {
    bundle: programs.product.bytes,
    bundleGzipped: programs.product.gzippedBytes,
    bundled: programs.product.packages,
    named: Object.keys(dependencies).length,
    installed: installed.length,
    image,
    imageGzipped,
    patch: Buffer.byteLength(JSON.stringify(patch)),
    operations: patch.length,
  };
}

/** Bytes of a file as it is and compressed. */
async function lengths(file: string): Promise<[number, number]> {
  let plain = 0;
  let gzipped = 0;
  const input = createReadStream(file).on('data', (chunk) => (plain += chunk.length));
  const count = new Writable({
    write(chunk: Buffer, _encoding, done) {
      gzipped += chunk.length;
      done();
    },
  });
  await pipeline(input, createGzip(), count);
  return [plain, gzipped];
}

async function json<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(join(root, name), 'utf8')) as T;
}

/** The patch of a pod of a StatefulSet of three. */
function patchOfThreeNodes(certificateAuthority: string): readonly unknown[] {
  const { request } = JSON.parse(reviewOf(SIZES['6 KB'])) as { request: { object: object } };
  const decision = plan(request.object, { ...CONTEXT, services: [] }, settingsWith(certificateAuthority));
  if (decision.kind !== 'inject')
    throw new Error(`the pod of the bench is not injected: ${decision.message}`);
  return decision.operations;
}
