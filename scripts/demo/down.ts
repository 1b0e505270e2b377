/** Removes from the user's cluster what the demo made there. */
import type { V1ObjectMeta } from '@kubernetes/client-node';
import { type Log, step } from '../../e2e/cluster/progress.ts';
import { isMadeByDemo, installedRelease, namespaceLabels, release } from './install.ts';
import { demoNamespace, helm, injectorNamespace, kubectl, type Target } from './target.ts';

/**
 * Removes the example and the injector with their namespaces, if the demo made them. The injector stays while there are
 * clusters elsewhere that it coordinates.
 */
export async function removeFromCluster(target: Target, log: Log): Promise<void> {
  await removeNamespace(target, log, demoNamespace);
  const installed = await installedRelease(target);
  if (installed?.isMadeByDemo === false) {
    log(`galera-injector was not installed by the demo: it is left alone.\n`);
    return;
  }
  const others = await namespacesWithClusters(target);
  if (others.length > 0) {
    log(
      `galera-injector stays: ${others.join(', ')} has pods labelled galera=true or volumes of a cluster. Remove them, then run this again.\n`,
    );
    return;
  }
  if (installed !== undefined) {
    await step(log, 'Uninstalling galera-injector', () =>
      helm(target, ['uninstall', release, '-n', injectorNamespace, '--wait']),
    );
  }
  await removeNamespace(target, log, injectorNamespace);
}

async function removeNamespace(target: Target, log: Log, name: string): Promise<void> {
  const labels = await namespaceLabels(target, name);
  if (labels === undefined) {
    log(`There is no namespace ${name}.\n`);
    return;
  }
  if (!isMadeByDemo(labels)) {
    log(`Namespace ${name} was not made by the demo: it is left alone.\n`);
    return;
  }
  await step(log, `Removing namespace ${name}`, () =>
    kubectl(target, ['delete', 'namespace', name, '--timeout=170s'], '', 180),
  );
}

/** Where pods are members of clusters, or volumes may hold one whose record would be lost. */
async function namespacesWithClusters(target: Target): Promise<string[]> {
  const pods = await list(target, 'pods', '-A', '-l', 'galera=true');
  const records = await list(target, 'leases', '-n', injectorNamespace);
  // A record is called NAMESPACE.CLUSTER.
  const recorded = new Set(records.map(({ name }) => name?.split('.')[0]));
  const volumes = await list(target, 'persistentvolumeclaims', '-A');
  const kept = volumes.filter(({ namespace }) => recorded.has(namespace));
  const names = [...pods, ...kept].map(({ namespace }) => namespace ?? '');
  return [...new Set(names)].filter((name) => name !== demoNamespace).sort();
}

async function list(target: Target, ...what: readonly string[]): Promise<V1ObjectMeta[]> {
  const answer = await kubectl(target, ['get', ...what, '-o', 'json']);
  const { items } = JSON.parse(answer) as { items: { metadata: V1ObjectMeta }[] };
  return items.map((item) => item.metadata);
}
