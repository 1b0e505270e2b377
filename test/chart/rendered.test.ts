/** What helm renders may be applied as it is, by tools that know no hooks. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { chart, renderAll, type Rendered, renderTest } from './render.ts';

interface Role extends Rendered {
  readonly rules?: readonly { readonly verbs: readonly string[] }[];
}

beforeAll(helmPath, 120_000);

const variants = ['', ...readdirSync(join(chart, 'ci'))];
const words = (variant: string) => (variant === '' ? [] : ['--values', join(chart, 'ci', variant)]);

describe.each(variants)('the rendered chart with %j', (variant) => {
  it('holds nothing that may remove anything', async () => {
    const verbs = (await renderAll(...words(variant))).flatMap(({ rules }: Role) =>
      (rules ?? []).flatMap((rule) => rule.verbs),
    );
    expect(verbs).toContain('get');
    expect(verbs.filter((verb) => /delete|\*/.test(verb))).toEqual([]);
  });

  it('holds no Job, and one pod besides the injectors: that of helm test, which creates nothing', async () => {
    const all = await renderAll(...words(variant));
    const running = all.filter(({ kind }) =>
      ['Job', 'CronJob', 'DaemonSet', 'StatefulSet', 'Pod'].includes(kind),
    );
    expect(running).toMatchObject([{ kind: 'Pod', spec: { containers: [{ args: ['self-test'] }] } }]);
  });
});

describe('the rendered chart without the test', () => {
  it('has no hook at all', async () => {
    expect(await renderTest('--set', 'selfTest.enabled=false')).toEqual([]);
  });
});
