import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageEntrypoint } from '../../scripts/image-config.ts';
import { imageFiles } from '../../scripts/image.ts';

const agent = join(import.meta.dirname, '..', '..', 'agent');

describe('the image archive', () => {
  it('has what its entry point names', async () => {
    const paths = (await imageFiles()).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(imageEntrypoint.filter((word) => word.startsWith('/'))));
  });

  it('has every file of the agent, executable whatever the umask of the checkout', async () => {
    const files = (await imageFiles()).filter(({ path }) => path.startsWith('/agent/'));
    expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(['/agent/start', '/agent/probe']));
    expect(files).toHaveLength(
      readdirSync(agent, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length,
    );
    expect(new Set(files.map(({ mode }) => mode))).toEqual(new Set([0o755]));
  });
});
