import { afterAll, beforeAll, expect, it } from 'vitest';
import { statefulSet } from '../support/examples.ts';
import { untilFormed } from '../support/galera.ts';
import { INJECTOR_NAMESPACE } from '../support/install.ts';
import { apply, createNamespace, kubectl, kubectlAny, until } from '../support/kubectl.ts';

let ns: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ name: ns, remove } = await createNamespace('again'));
});
afterAll(() => remove());

it('a cluster in a namespace that was deleted and made again waits for no member of the old one', async () => {
  await apply(ns, await statefulSet('Parallel', true));
  const { uuid } = await untilFormed(ns, 'app=db', 3);
  await kubectl(['delete', 'pods', '--all', '-n', ns, '--grace-period=1', '--wait=false']);
  await kubectl(['delete', 'namespace', ns, '--timeout=100s']);
  await kubectl(['create', 'namespace', ns]);
  const smaller = (await statefulSet('Parallel', true)).replace('replicas: 3', 'replicas: 1');
  await apply(ns, smaller);
  expect((await untilFormed(ns, 'app=db', 1)).uuid).not.toBe(uuid);
});

it('the record goes with the namespace', async () => {
  await kubectl(['delete', 'pods', '--all', '-n', ns, '--grace-period=1', '--wait=false']);
  await kubectl(['delete', 'namespace', ns, '--timeout=100s']);
  await until(`the end of Lease ${ns}.db`, 60, async () => {
    const { code, stdout } = await kubectlAny(['get', 'lease', '-n', INJECTOR_NAMESPACE, `${ns}.db`]);
    return code === 0 ? { not: stdout } : { done: true };
  });
});
