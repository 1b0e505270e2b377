import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mariadbImage } from '../support/examples.ts';
import { INJECTOR_NAMESPACE, installChart, rendered, rolledOut, uninstallChart } from '../support/install.ts';
import { createNamespace, get, kubectl, kubectlAny, pods, until } from '../support/kubectl.ts';

const root = join(import.meta.dirname, '..', '..');
const chart = join(root, 'charts', 'galera-injector');
const CONFIGURATIONS = 'mutatingwebhookconfigurations,validatingwebhookconfigurations';
/** Kustomize writes it into manifests that were rendered for another one. */
const MOVED = 'galera-moved';
/** Longer than the Job of earlier versions took to remove the configurations. */
const SETTLE_MS = 20_000;

let ns: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ name: ns, remove } = await createNamespace('rendered'));
  await uninstallChart();
});
afterAll(async () => {
  await remove();
  // The other files of the suite find the chart installed, whichever of them runs next.
  await installChart(chart);
});

/** The init container that a labelled pod would have, once the API server trusts the injector. */
function injectedImage(): Promise<string | undefined> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'r-node1', labels: { galera: 'true' } },
    spec: { containers: [{ name: 'mariadb', image: mariadbImage() }] },
  };
  return until('an injected pod', 60, async () => {
    const args = ['create', '-n', ns, '--dry-run=server', '-o', 'json', '-f', '-'];
    const { code, stdout, stderr } = await kubectlAny(args, JSON.stringify(pod));
    if (code !== 0) return { not: stderr };
    return { done: (JSON.parse(stdout) as V1Pod).spec?.initContainers?.[0]?.image };
  });
}

async function ownImage(namespace: string): Promise<string | undefined> {
  const { spec } = await get<V1Deployment>(namespace, 'deployment', 'galera-injector');
  return spec?.template.spec?.containers[0]?.image;
}

describe('the chart that helm renders and kubectl applies', () => {
  let manifests: string;
  afterAll(async () => {
    await kubectlAny(['delete', '-f', '-', '--ignore-not-found', '--timeout=120s'], manifests);
    await kubectlAny(['delete', 'namespace', INJECTOR_NAMESPACE, '--timeout=120s']);
  });

  it('keeps its webhook configurations, serves and injects', async () => {
    manifests = await rendered(chart);
    await kubectl(['create', 'namespace', INJECTOR_NAMESPACE]);
    await kubectl(['apply', '-f', '-'], manifests);
    await rolledOut();
    await sleep(SETTLE_MS);
    const left = await kubectl(['get', CONFIGURATIONS, '-o', 'name']);
    expect(left.match(/\/galera-injector$/gm)).toHaveLength(2);
    expect(await injectedImage()).toBe(await ownImage(INJECTOR_NAMESPACE));
  });

  it('runs its test once, which is content and changes nothing', async () => {
    const phase = await until('the end of the test', 180, async () => {
      const [pod] = await pods(INJECTOR_NAMESPACE, 'app.kubernetes.io/component=self-test');
      const seen = pod?.status?.phase ?? 'no pod';
      return ['Succeeded', 'Failed'].includes(seen) ? { done: seen } : { not: seen };
    });
    expect(phase).toBe('Succeeded');
  });

  it('may be applied again', async () => {
    expect(await kubectl(['apply', '-f', '-'], manifests)).not.toContain('created');
    await rolledOut();
  });
});

describe('the plain manifests that kustomize moves to another namespace', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'kustomize-')));
    const resources = [relative(folder, join(root, 'deploy'))];
    const kustomization = JSON.stringify({ namespace: MOVED, resources });
    await writeFile(join(folder, 'kustomization.yaml'), kustomization);
  });
  afterAll(async () => {
    await kubectlAny(['delete', '-k', folder, '--ignore-not-found', '--timeout=120s']);
    await rm(folder, { recursive: true });
  });

  it('end in a working webhook there', async () => {
    await kubectl(['apply', '-k', folder]);
    await rolledOut(MOVED);
    expect(await injectedImage()).toBe(await ownImage(MOVED));
  });

  it('leave their own namespace out', async () => {
    const pod = ['run', 'r', '-n', MOVED, '--image', mariadbImage(), '--labels=galera=true'];
    const { stdout } = await kubectlAny([...pod, '--dry-run=server', '-o', 'json']);
    expect((JSON.parse(stdout) as V1Pod).spec?.initContainers).toBeUndefined();
  });
});
