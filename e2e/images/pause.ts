import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, contentKey } from '../cluster/cache.ts';
import { goBuild } from '../cluster/programs.ts';
import type { Log } from '../cluster/progress.ts';
import { pauseImage } from '../cluster/settings.ts';
import { writeImageArchive } from './archive.ts';

const source = join(dirname(fileURLToPath(import.meta.url)), 'pause');

/** Builds the sandbox image, or finds it in the cache, and returns the archive's path. */
export async function pauseArchive(log: Log): Promise<string> {
  const key = await contentKey([join(source, 'main.go'), join(source, 'go.mod')], [pauseImage, process.arch]);
  const folder = await cached(log, {
    name: `image-pause-${key}`,
    title: 'Building the pause image',
    build: async (unfinished) => {
      const binary = join(unfinished, 'pause');
      await goBuild(source, binary);
      await writeImageArchive({
        files: [{ path: '/pause', from: { file: binary }, mode: 0o755 }],
        config: { Entrypoint: ['/pause'], User: '65535:65535' },
        tag: pauseImage,
        output: join(unfinished, 'image.tar'),
      });
    },
  });
  return join(folder, 'image.tar');
}
