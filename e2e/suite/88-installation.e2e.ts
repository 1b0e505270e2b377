import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { INJECTOR_NAMESPACE, installChart, testRelease, uninstallRelease } from '../support/install.ts';
import { kubectl, kubectlAny, pods, until } from '../support/kubectl.ts';

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

interface Look {
  readonly configurations: string;
  readonly running: number;
}

/** The configurations first and the pods after them: what is seen to be gone was gone while those pods still ran. */
async function look(): Promise<Look> {
  const configurations = await named(CONFIGURATIONS, OF_RELEASE);
  const injectors = await pods(INJECTOR_NAMESPACE, 'app.kubernetes.io/component=webhook');
  return { configurations, running: injectors.length };
}

/** Looks again and again until the work is done. */
async function during(work: Promise<void>): Promise<readonly Look[]> {
  const end = work.then(() => true);
  // A failure is thrown by the race; without this it would also count as one that nobody looks at.
  end.catch(() => undefined);
  const seen: Look[] = [];
  do seen.push(await look());
  while (!(await Promise.race([end, sleep(200, false)])));
  return seen;
}

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

  it('is uninstalled with the webhook configurations first, while the injector still runs', async () => {
    const seen = await during(uninstallRelease());
    expect(seen).toContainEqual({ configurations: '', running: 2 });
    await untilNothingOf(OF_RELEASE);
  });

  it('works when it is installed again', async () => {
    await installChart(chart);
    expect(await testRelease()).toEqual(CONTENT);
  });
});
