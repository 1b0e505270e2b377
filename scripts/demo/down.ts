/** Removes from the user's cluster what the demo made there. */
import type { V1Pod } from '@kubernetes/client-node';
import { type Log, step } from '../../e2e/cluster/progress.ts';
import { isMadeByDemo, namespaceLabels, release, releaseStatus } from './install.ts';
import { demoNamespace, helm, injectorNamespace, kubectl, type Target } from './target.ts';

/**
 * Removes the example and the injector with their namespaces, if the demo made them. The injector stays while pods
 * elsewhere are members of clusters that it coordinates.
 */
export async function removeFromCluster(target: Target, log: Log): Promise<void> {
  await removeNamespace(target, log, demoNamespace);
  if (!isMadeByDemo(await namespaceLabels(target, injectorNamespace))) {
    log(`Namespace ${injectorNamespace} was not made by the demo: it is left alone.\n`);
    return;
  }
  const others = await namespacesWithMembers(target);
  if (others.length > 0) {
    log(
      `galera-injector stays: there are pods labelled galera=true in ${others.join(', ')}. Remove them, then run this again.\n`,
    );
    return;
  }
  if ((await releaseStatus(target)) !== undefined) {
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

async function namespacesWithMembers(target: Target): Promise<string[]> {
  const answer = await kubectl(target, ['get', 'pods', '-A', '-l', 'galera=true', '-o', 'json']);
  const { items } = JSON.parse(answer) as { items: V1Pod[] };
  const names = items.map((pod) => pod.metadata?.namespace ?? '').filter((name) => name !== demoNamespace);
  return [...new Set(names)].sort();
}
