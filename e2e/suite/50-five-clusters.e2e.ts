import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statefulSet } from '../support/examples.ts';
import { type FormedCluster, untilFormed } from '../support/galera.ts';
import { INJECTOR_NAMESPACE } from '../support/install.ts';
import { apply, createNamespace, pods } from '../support/kubectl.ts';

const NAMES = ['one', 'two', 'three', 'four', 'five'];

describe('two injector replicas and five clusters that start at once', () => {
  let ns: string;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ name: ns, remove } = await createNamespace('five'));
  });
  afterAll(() => remove());

  it('make five clusters of three, each under a uuid of its own', async () => {
    expect(await pods(INJECTOR_NAMESPACE, 'app.kubernetes.io/name=galera-injector')).toHaveLength(2);
    const template = await statefulSet('Parallel', false);
    const manifests = NAMES.map((name) =>
      template
        .replace('name: db }', `name: ${name} }`)
        .replace('serviceName: db', `serviceName: ${name}`)
        .replaceAll('app: db', `app: ${name}`),
    );
    await apply(ns, manifests.join('---\n'));
    const formed: FormedCluster[] = [];
    for (const name of NAMES) formed.push(await untilFormed(ns, `app=${name}`, 3, 600));
    expect(new Set(formed.map((cluster) => cluster.uuid)).size).toBe(5);
  });
});
