import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { bundleForAllTests } from './bundle-for-tests.ts';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const bundle = bundleForAllTests();

/** Runs the bundle as its users do, away from the sources and the installed packages. */
function run(command: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: bundle.folder, env: { PATH: process.env['PATH'], ...env } };
    const child = execFile(command, words, options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

describe('the bundle', () => {
  it('prints the version of the package', async () => {
    const text = await readFile(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
    const { version } = JSON.parse(text) as { version: string };
    expect(await run(process.execPath, [bundle.path, '--version'])).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  it('can be run by its name alone', async () => {
    expect((await run(bundle.path, ['--help'])).stdout).toContain('inject [options]');
  });

  it('loads all that serving needs, and names the settings that are missing', async () => {
    const { code, stderr } = await run(process.execPath, [bundle.path, 'serve']);
    expect(stderr).toContain('POD_NAMESPACE is missing');
    expect(code).toBe(1);
  });

  it('points into the sources when it fails and source maps are on', async () => {
    const map = JSON.parse(await readFile(`${bundle.path}.map`, 'utf8')) as { sources: string[] };
    expect(map.sources).toContainEqual(expect.stringMatching(/src\/main\.ts$/));
  });

  it('brings the licence of every package inside', async () => {
    const texts = await readFile(join(bundle.folder, 'THIRD-PARTY-LICENCES.txt'), 'utf8');
    expect(texts.match(/^\S+ \d+\.\d+\.\d+\S* \(.*\)$/gm)).toHaveLength(bundle.packages);
    expect(texts).not.toContain('licence not named');
  });
});
