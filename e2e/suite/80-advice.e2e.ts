import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { example, statefulSet } from '../support/examples.ts';
import { apply, createNamespace, kubectlAny, pods, until } from '../support/kubectl.ts';

let ns: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ name: ns, remove } = await createNamespace('advice'));
});
afterAll(() => remove());

/** The warnings that kubectl shows when a manifest is applied; nothing is stored. */
async function warnings(manifest: string): Promise<readonly string[]> {
  const ran = await kubectlAny(['apply', '-n', ns, '--dry-run=server', '-f', '-'], manifest);
  if (ran.code !== 0) throw new Error(`apply: ${ran.stderr}`);
  return ran.stderr.split('\n').filter((line) => line.startsWith('Warning:'));
}

const unlabelled = (manifest: string) => manifest.replace(", galera: 'true'", '');

describe('applying a workload', () => {
  it.each<[string, (manifest: string) => string, RegExp]>([
    [
      'whose label is on the workload itself',
      (text) => unlabelled(text).replace('{ name: db }', "{ name: db, labels: { galera: 'true' } }"),
      /label galera is not on the pods; set it in spec\.template\.metadata\.labels/,
    ],
    [
      'whose label has another value',
      (text) => text.replace("galera: 'true'", "galera: 'yes'"),
      /label galera is "yes"; only "true"/,
    ],
    ['of an even number', (text) => text.replace('replicas: 3', 'replicas: 4'), /has 4 members/],
    ['of two', (text) => text.replace('replicas: 3', 'replicas: 2'), /has 2 members/],
    [
      'with a password as plain text',
      (text) =>
        text.replace(
          'volumeMounts:',
          'env: [{ name: MYSQL_ROOT_PASSWORD, value: x }]\n          volumeMounts:',
        ),
      /plain text in "MYSQL_ROOT_PASSWORD"/,
    ],
    [
      'of an image without Galera',
      (text) => text.replace(/image: .*/, 'image: mysql:8.4'),
      /pods would be refused: .*mysql:8\.4/,
    ],
  ])('%s shows one warning, which says so', async (_what, tweak, sentence) => {
    const shown = await warnings(tweak(await statefulSet('Parallel', true)));
    expect(shown).toEqual([expect.stringMatching(sentence) as string]);
  });

  it('that is OrderedReady shows it', async () => {
    const shown = await warnings(await statefulSet('OrderedReady', true));
    expect(shown).toEqual([expect.stringContaining('podManagementPolicy: Parallel') as string]);
  });

  it('without a volume claim says where the data goes', async () => {
    expect(await warnings(await statefulSet('Parallel', false))).toEqual([
      expect.stringContaining('no volume claim') as string,
    ]);
  });

  it('that surges, as Deployments do by default, shows it', async () => {
    const surging = (await example('deployment')).replace(/^ {2}strategy:.*\n/m, '');
    expect(await warnings(surging)).toContainEqual(expect.stringContaining('maxSurge "25%"'));
  });

  it('that is as it should be shows nothing', async () => {
    expect(await warnings(await statefulSet('Parallel', true))).toEqual([]);
  });

  it('that has nothing to do with Galera shows nothing', async () => {
    const unrelated = unlabelled(await example('deployment')).replace(/^ {2}strategy:.*\n/m, '');
    expect(await warnings(unrelated)).toEqual([]);
  });
});

describe('a second workload for one cluster', () => {
  it('is told of the first one', async () => {
    await apply(ns, await statefulSet('Parallel', false));
    await until('a pod of the first', 60, async () => {
      const found = await pods(ns, 'galera-injector.dev/cluster=db');
      return found.length > 0 ? { done: true } : { not: 'no pod' };
    });
    const second = (await example('deployment')).replace(
      "galera: 'true'",
      "galera: 'true', galera-injector.dev/cluster: db",
    );
    expect(await warnings(second)).toContainEqual(
      expect.stringContaining('cluster "db" has pods of StatefulSet "db"'),
    );
  });
});
