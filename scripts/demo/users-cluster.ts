/** The demo in a cluster that the user has already. */
import { type Log, step } from '../../e2e/cluster/progress.ts';
import { CommandError, run, which } from '../../e2e/cluster/run.ts';
import { helmPath, kubectlPath } from '../helm.ts';
import { buildImage } from '../image.ts';
import { checkDemoNamespace, installInjector, installedRelease } from './install.ts';
import { type Loader, loaderFor } from './loader.ts';
import type { ImageName } from './options.ts';
import { imageOf } from './own-cluster.ts';
import { injectorNamespace, kubectl, quoted, type Target } from './target.ts';

/**
 * Finds the cluster of a context.
 * @throws with the contexts that exist when it is none of them, and when its cluster does not answer
 */
export async function connect(context: string, log: Log): Promise<Target> {
  const target = { context, kubectlPath: await kubectlPath(), helmPath: await helmPath() };
  const names = (await run(target.kubectlPath, ['config', 'get-contexts', '-o', 'name'])).trim().split('\n');
  const known = names.filter((name) => name !== '');
  if (!known.includes(context)) throw new Error(unknownContext(context, known));
  await step(log, `Asking the cluster of context ${context}`, async () => {
    const asked = kubectl(target, ['version', '--request-timeout=10s'], '', 20);
    await asked.catch((cause: unknown) => {
      const why = cause instanceof CommandError ? cause.stderr.trim() : String(cause);
      throw new Error(`The cluster of context ${context} does not answer: ${why}`, { cause });
    });
  });
  return target;
}

/** The sentence for a context that the kubeconfig lacks. */
export function unknownContext(context: string, known: readonly string[]): string {
  if (known.length === 0)
    return `There is no context ${context}: your kubeconfig has none at all. KUBECONFIG names the file, else it is ~/.kube/config.`;
  return `There is no context ${context} in your kubeconfig, which has: ${known.join(', ')}.`;
}

/** Makes the injector run in the user's cluster; one that somebody else installed is used as it is. */
export async function prepareUsersCluster(
  log: Log,
  { context, image }: { context: string; image?: ImageName },
  found: (target: Target) => void,
): Promise<Target> {
  const target = await connect(context, log);
  await checkDemoNamespace(target);
  if ((await installedRelease(target))?.isMadeByDemo === false) {
    log(`galera-injector is installed in ${injectorNamespace} already; the demo uses it as it is.\n`);
    found(target);
    return target;
  }
  await checkRights(target);
  const load = image === undefined ? await checkedLoader(target, context) : undefined;
  found(target);
  if (image !== undefined) {
    await installInjector(target, log, image);
    return target;
  }
  const { archive, reference } = await buildImage();
  const { program, args } = load?.(archive) ?? missingLoader(context);
  await step(log, `Loading ${reference} with ${program}`, () => run(program, args));
  await installInjector(target, log, imageOf(reference), archive);
  return target;
}

async function checkRights(target: Target): Promise<void> {
  const wanted = ['create', 'mutatingwebhookconfigurations.admissionregistration.k8s.io'];
  const answer = await kubectl(target, ['auth', 'can-i', ...wanted]).catch(() => 'no');
  if (answer.trim() === 'yes') return;
  throw new Error(
    `Your user in context ${target.context} may not create webhook configurations: use one with the rights of cluster-admin.`,
  );
}

async function checkedLoader(target: Target, context: string): Promise<(archive: string) => Loader> {
  const provider = await providerOf(target);
  const loader = loaderFor(context, '', provider);
  if (loader === undefined) return missingLoader(context);
  if ((await which(loader.program)) === undefined)
    throw new Error(
      `${loader.program} is missing: it loads the image into the cluster of context ${context}; put it on PATH.`,
    );
  return (archive) => loaderFor(context, archive, provider) ?? missingLoader(context);
}

function missingLoader(context: string): never {
  throw new Error(
    `The nodes of context ${context} cannot be given an image from here: build it with the Dockerfile, push it to a ` +
      `registry they can pull from, and name it: npm run demo -- --context ${quoted(context)} --image REPOSITORY:TAG`,
  );
}

/** Who made the context, where its maker says so. */
async function providerOf(target: Target): Promise<string | undefined> {
  const extensions = '{.contexts[0].context.extensions[*].extension.provider}';
  return (await kubectl(target, ['config', 'view', '--minify', '-o', `jsonpath=${extensions}`])).trim();
}
