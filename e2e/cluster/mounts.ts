import { readFile } from 'node:fs/promises';
import { run } from './run.ts';

/** Unmounts everything below a folder, the deepest and latest first. */
export async function unmountBelow(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const points = (await readFile('/proc/self/mountinfo', 'utf8'))
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      // mountinfo writes a blank as \040.
      .map((point) =>
        point.replaceAll(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))),
      )
      .filter((point) => point.startsWith(`${folder}/`));
    if (points.length === 0) return;
    for (const point of points.toReversed()) await run('umount', ['--lazy', point]).catch(() => undefined);
  }
}
