import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledPackages, licenceTexts } from './licences.ts';

describe('the packages of a bundle', () => {
  it('are the innermost package folders of its inputs, each once', () => {
    expect(
      bundledPackages([
        'src/main.ts',
        'node_modules/express/lib/express.js',
        'node_modules/express/index.js',
        'node_modules/@kubernetes/client-node/dist/index.js',
        'node_modules/send/node_modules/ms/index.js',
      ]),
    ).toEqual([
      'node_modules/@kubernetes/client-node',
      'node_modules/express',
      'node_modules/send/node_modules/ms',
    ]);
  });
});

describe('the licences of a bundle', () => {
  it('give name, version, licence and text of every package', async () => {
    const texts = await licenceTexts(join(import.meta.dirname, '..'), [
      'node_modules/express',
      'node_modules/yaml',
    ]);
    expect(texts).toMatch(/^express 5\.\d+\.\d+ \(MIT\)\n\n[^]*Permission is hereby granted/);
    expect(texts).toMatch(/^yaml 2\.\d+\.\d+ \(ISC\)$/m);
  });
});
