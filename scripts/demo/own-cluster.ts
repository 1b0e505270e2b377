/** The demo in a Kubernetes that it boots on this machine. */
import { bootCluster, endCluster } from '../../e2e/cluster/index.ts';
import { checkMachine } from '../../e2e/cluster/prerequisites.ts';
import { type Log, step } from '../../e2e/cluster/progress.ts';
import { buildImage } from '../image.ts';
import { checkDemoNamespace, installInjector } from './install.ts';
import { parseImage } from './options.ts';
import type { Target } from './target.ts';

/** @throws with one sentence for the first thing that this machine lacks; nothing is changed by then */
export async function checkOwnMachine(): Promise<void> {
  const elsewhere = 'to use a cluster of your own in its place: npm run demo -- --context NAME';
  if (process.platform !== 'linux')
    throw new Error(`The demo boots Kubernetes on Linux only, this is ${process.platform}; ${elsewhere}`);
  if (process.getuid?.() !== 0)
    throw new Error(`The demo boots Kubernetes and needs root for that: run it with sudo; ${elsewhere}`);
  await checkMachine();
}

/** Boots the cluster, or finds it running, and installs the injector of this checkout. */
export async function prepareOwnCluster(log: Log, found: (target: Target) => void): Promise<Target> {
  await step(log, 'Checking this machine', checkOwnMachine);
  const cluster = await bootCluster({ log });
  const { kubeconfig, kubectlPath, helmPath } = cluster;
  const target = { kubeconfig, kubectlPath, helmPath };
  found(target);
  await checkDemoNamespace(target);
  const { archive, reference } = await buildImage();
  await step(log, `Loading ${reference} into the node`, () => cluster.loadImage(archive));
  await installInjector(target, log, imageOf(reference), archive);
  return target;
}

/** The parts of the name that the build gave its image. */
export function imageOf(reference: string): NonNullable<ReturnType<typeof parseImage>> {
  const image = parseImage(reference);
  if (image === undefined) throw new Error(`The image that was built has no tag: ${reference}`);
  return image;
}

/** Ends the cluster and removes what it left; what was built for it stays in the cache. */
export async function endOwnCluster(log: Log): Promise<void> {
  await checkOwnMachine();
  await endCluster({ log });
}
