import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { V1Pod } from '@kubernetes/client-node';
import { example, mariadbImage } from '../support/examples.ts';
import { untilFormed } from '../support/galera.ts';
import { INJECTOR_NAMESPACE, rolledOut } from '../support/install.ts';
import { apply, createNamespace, get, kubectl, kubectlAny, until } from '../support/kubectl.ts';

const scale = (replicas: number) =>
  kubectl(['scale', '-n', INJECTOR_NAMESPACE, 'deployment/galera-injector', `--replicas=${replicas}`]);

const unlabelled = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'ordinary' },
  spec: { containers: [{ name: 'sleep', image: mariadbImage(), command: ['sleep', '3600'] }] },
});

describe('while the injector is scaled to zero', () => {
  let ns: string;
  let remove: () => Promise<void>;

  beforeAll(async () => {
    ({ name: ns, remove } = await createNamespace('down'));
    await scale(0);
    await until('the end of the injector', 60, async () => {
      const { items } = await get<{ items: V1Pod[] }>(INJECTOR_NAMESPACE, 'pods');
      return items.length === 0 ? { done: true } : { not: `${items.length} pods` };
    });
  });
  afterAll(async () => {
    await scale(2);
    await rolledOut();
    await remove();
  });

  it('pods without the label start', async () => {
    await apply(ns, unlabelled);
    await until('the ordinary pod', 60, async () => {
      const pod = await get<V1Pod>(ns, 'pod', 'ordinary');
      return pod.status?.phase === 'Running' ? { done: true } : { not: pod.status?.phase ?? '' };
    });
  });

  it('labelled pods are refused with an error that names the webhook, and start once it is back', async () => {
    const manifest = await example('pods');
    const refused = await kubectlAny(['apply', '-n', ns, '-f', '-'], manifest);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('inject.galera-injector.dev');
    expect((await get<{ items: V1Pod[] }>(ns, 'pods', '-l', 'galera=true')).items).toHaveLength(0);
    await scale(2);
    await rolledOut();
    await until('acceptance of the pods', 30, async () => {
      const again = await kubectlAny(['apply', '-n', ns, '-f', '-'], manifest);
      return again.code === 0 ? { done: true } : { not: again.stderr };
    });
    expect((await untilFormed(ns, 'galera=true', 3)).pods).toHaveLength(3);
  });
});
