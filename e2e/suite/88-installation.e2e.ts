import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { INJECTOR_NAMESPACE, installChart, testRelease, uninstallRelease } from '../support/install.ts';
import { kubectl, kubectlAny, until } from '../support/kubectl.ts';

const chart = join(import.meta.dirname, '..', '..', 'charts', 'galera-injector');
const OF_RELEASE = 'app.kubernetes.io/part-of=galera-injector';
const CONFIGURATIONS = 'mutatingwebhookconfigurations,validatingwebhookconfigurations';
/** Everything that the chart or a hook of it makes; Leases and the Secret are the injector's own and are kept. */
const KINDS = `${CONFIGURATIONS},validatingadmissionpolicies,validatingadmissionpolicybindings,clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,services,deployments,jobs,pods,poddisruptionbudgets`;

function named(kinds: string, selector: string): Promise<string> {
  return kubectl(['get', kinds, '-A', '-l', selector, '-o', 'name']);
}

async function untilNothingOf(selector: string): Promise<void> {
  await until(`the end of all with ${selector}`, 60, async () => {
    const left = await named(KINDS, selector);
    return left === '' ? { done: true } : { not: left };
  });
}

const LABELLED = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'db', namespace: 'default', labels: { galera: 'true' } },
  spec: { containers: [{ name: 'mariadb', image: 'mariadb:11.8' }] },
});
const CONTENT = {
  passed: true,
  said: expect.stringContaining('the pod was injected by version') as string,
};

describe('a release', () => {
  // The other files of the suite find the chart installed, whichever of them runs next.
  afterAll(() => installChart(chart));

  it('passes helm test, which leaves nothing behind', async () => {
    expect(await testRelease()).toEqual(CONTENT);
    await untilNothingOf('app.kubernetes.io/component=self-test');
  });

  it('fails helm test, and says why, when the webhook leaves out the namespace of the test', async () => {
    await installChart(chart, `selfTest.namespace=${INJECTOR_NAMESPACE}`);
    const { passed, said } = await testRelease();
    await kubectlAny(['delete', 'pod', '-n', INJECTOR_NAMESPACE, 'galera-injector-self-test']);
    expect(said).toContain('the pod came back without any injection');
    expect(passed).toBe(false);
  });

  it('is uninstalled whole, and then nothing refuses a labelled pod', async () => {
    await uninstallRelease();
    await untilNothingOf(OF_RELEASE);
    const said = await kubectlAny(['create', '--dry-run=server', '-f', '-', '-o', 'name'], LABELLED);
    expect(said).toMatchObject({ code: 0 });
  });

  it('works when it is installed again', async () => {
    await installChart(chart);
    expect(await testRelease()).toEqual(CONTENT);
  });
});
