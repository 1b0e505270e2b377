import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mariadbImage } from '../support/examples.ts';
import { INJECTOR_NAMESPACE, installChart } from '../support/install.ts';
import { createNamespace, kubectl, kubectlAny, until } from '../support/kubectl.ts';
import type { Ran } from '../support/run.ts';

const chart = join(import.meta.dirname, '..', '..', 'charts', 'galera-injector');

let ns: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ name: ns, remove } = await createNamespace('net'));
});
afterAll(async () => {
  await remove();
  // Brings the webhook configuration and the net back, for the files that come after this one.
  await installChart(chart);
});

/** Creates a pod as far as the API server goes, without storing it. */
function create(namespace: string, labels: Record<string, string>): Promise<Ran> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'net-node1', labels },
    spec: { containers: [{ name: 'mariadb', image: mariadbImage() }] },
  };
  return kubectlAny(['create', '-n', namespace, '--dry-run=server', '-f', '-'], JSON.stringify(pod));
}

describe('the safety net', () => {
  it('lets injected pods pass', async () => {
    const { code, stderr } = await create(ns, { galera: 'true' });
    expect(stderr).not.toContain('ValidatingAdmissionPolicy');
    expect(code).toBe(0);
  });

  it('refuses labelled pods that are not injected, and says where to look', async () => {
    await kubectl(['delete', 'mutatingwebhookconfiguration', 'galera-injector']);
    const refusal = await until('refusal by the policy', 60, async () => {
      const { code, stderr } = await create(ns, { galera: 'true' });
      return code !== 0 && stderr.includes('was not injected') ? { done: stderr } : { not: stderr };
    });
    expect(refusal).toContain('mutatingwebhookconfiguration galera-injector');
  });

  it('lets all other pods pass meanwhile, and those of the injector’s own namespace', async () => {
    expect((await create(ns, { app: 'web' })).code).toBe(0);
    expect((await create(ns, { galera: 'yes' })).code).toBe(0);
    expect((await create(INJECTOR_NAMESPACE, { galera: 'true' })).code).toBe(0);
  });

  it('is gone where it is not wanted, and then in nobody’s way', async () => {
    await installChart(chart, 'safetyNet.enabled=false');
    const policies = await kubectl(['get', 'validatingadmissionpolicies', '-o', 'name']);
    expect(policies).not.toMatch(/\/galera-injector$/m);
    // The API server takes a moment to see both: the policy go and the webhook configuration come.
    await until('admission without the policy', 30, async () => {
      const { code, stderr } = await create(ns, { galera: 'true' });
      return code === 0 ? { done: true } : { not: stderr };
    });
  });
});
