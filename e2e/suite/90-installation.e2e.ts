import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { example } from '../support/examples.ts';
import { untilFormed } from '../support/galera.ts';
import { INJECTOR_NAMESPACE, installChart, rolledOut, uninstallChart } from '../support/install.ts';
import { apply, createNamespace, kubectl, kubectlAny, until } from '../support/kubectl.ts';

const root = join(import.meta.dirname, '..', '..');
const manifests = join(root, 'deploy', 'galera-injector.yaml');

async function configurations(): Promise<string> {
  return kubectl(['get', 'mutatingwebhookconfigurations,validatingwebhookconfigurations', '-o', 'name']);
}

describe('installation', () => {
  let remove: () => Promise<void> = () => Promise.resolve();
  afterAll(async () => {
    await remove();
    // The other files of the suite find the chart installed, whichever of them runs next.
    await kubectlAny(['delete', '-f', manifests, '--ignore-not-found', '--timeout=120s']);
    await installChart(join(root, 'charts', 'galera-injector'));
  });

  it('by helm leaves no webhook configuration behind when it is uninstalled', async () => {
    expect(await configurations()).toContain('galera-injector');
    await uninstallChart();
    expect(await configurations()).not.toContain('galera-injector');
  });

  it('by kubectl apply ends in a working webhook', async () => {
    await kubectl(['apply', '-f', manifests]);
    await rolledOut();
    const { name, remove: clean } = await createNamespace('plain');
    remove = clean;
    await until('acceptance of the pods', 60, async () => {
      await apply(name, await example('pods'));
      return { done: true };
    });
    expect((await untilFormed(name, 'galera=true', 3)).pods).toHaveLength(3);
  });

  it('by kubectl leaves no webhook configuration behind when it is deleted', async () => {
    await kubectl(['delete', '-f', manifests, '--timeout=120s']);
    expect(await configurations()).not.toContain('galera-injector');
    expect((await kubectlAny(['get', 'namespace', INJECTOR_NAMESPACE])).code).not.toBe(0);
  });
});
