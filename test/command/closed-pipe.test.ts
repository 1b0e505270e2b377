/** A command whose output is not read to its end. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

it('a command ends quietly where its reader has seen enough', async () => {
  const command = `"${process.execPath}" --import tsx src/main.ts explain -R -f examples | true`;
  const { stderr } = await promisify(execFile)('sh', ['-c', command], { cwd: ROOT });
  expect(stderr).toBe('');
});
