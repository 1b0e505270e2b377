/** Puts the injector and the example into the cluster. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1ObjectMeta } from '@kubernetes/client-node';
import { type Log, step } from '../../e2e/cluster/progress.ts';
import { CommandError, run } from '../../e2e/cluster/run.ts';
import type { ImageName } from './options.ts';
import { demoNamespace, helm, injectorNamespace, kubectl, madeByDemo, type Target } from './target.ts';

const root = join(import.meta.dirname, '..', '..');
const chart = join(root, 'charts', 'galera-injector');
export const release = 'galera-injector';
/** Annotation of the injector's pods by which the demo knows a release of its own. */
const installedBy = 'galera-injector.dev/installed-by';
const inInjectorNamespace = ['-n', injectorNamespace];

/** The namespace's labels, once it is not just being removed; undefined when there is no such namespace. */
export async function namespaceLabels(
  target: Target,
  name: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await kubectl(target, ['get', 'namespace', name, '--ignore-not-found', '-o', 'json']);
  if (found.trim() === '') return undefined;
  const { metadata } = JSON.parse(found) as { metadata: V1ObjectMeta };
  if (metadata.deletionTimestamp === undefined) return metadata.labels ?? {};
  await kubectl(target, ['wait', '--for=delete', `namespace/${name}`, '--timeout=170s'], '', 180);
  return undefined;
}

/** True for the labels of a namespace that the demo made. */
export function isMadeByDemo(labels: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(madeByDemo).every(([name, value]) => labels?.[name] === value);
}

async function createNamespace(target: Target, name: string): Promise<void> {
  if ((await namespaceLabels(target, name)) !== undefined) return;
  const metadata = { name, labels: madeByDemo };
  await kubectl(
    target,
    ['create', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }),
  );
}

/** @throws when somebody else's namespace has the name of the demo's */
export async function checkDemoNamespace(target: Target): Promise<void> {
  const labels = await namespaceLabels(target, demoNamespace);
  if (labels === undefined || isMadeByDemo(labels)) return;
  throw new Error(
    `Namespace ${demoNamespace} is there already and the demo did not make it: remove or rename what is in it first.`,
  );
}

/** The release as helm knows it. */
export interface Release {
  /** Such as `deployed`, or `pending-install` while or after helm was stopped. */
  readonly status: string;
  readonly isMadeByDemo: boolean;
}

/** The release; undefined when the injector is not installed with helm. */
export async function installedRelease(target: Target): Promise<Release | undefined> {
  const ask = (...what: readonly string[]): Promise<string> =>
    helm(target, [...what, release, ...inInjectorNamespace, '-o', 'json']);
  const answer = await ask('status').catch((error: unknown) => {
    if (error instanceof CommandError && error.stderr.includes('not found')) return undefined;
    throw error;
  });
  if (answer === undefined) return undefined;
  const { info } = JSON.parse(answer) as { info?: { status?: string } };
  const values = JSON.parse(await ask('get', 'values')) as {
    podAnnotations?: Record<string, string>;
  } | null;
  return {
    status: info?.status ?? 'unknown',
    isMadeByDemo: values?.podAnnotations?.[installedBy] === 'demo',
  };
}

/**
 * Installs the chart, or upgrades to it, and waits until the injector serves.
 * @param archive of the image that was loaded: pods of an older build with the same name are replaced
 */
export async function installInjector(
  target: Target,
  log: Log,
  image: ImageName,
  archive?: string,
): Promise<void> {
  await step(log, `Installing galera-injector in namespace ${injectorNamespace} with helm`, async () => {
    await createNamespace(target, injectorNamespace);
    // What an interrupted helm leaves half done keeps every later one from starting.
    if ((await installedRelease(target))?.status.startsWith('pending') === true)
      await helm(target, ['uninstall', release, ...inInjectorNamespace, '--wait']);
    const build = archive === undefined ? {} : { 'galera-injector.dev/image-id': await imageId(archive) };
    const values = JSON.stringify({ image, podAnnotations: { [installedBy]: 'demo', ...build } });
    const wait = ['--wait', '--timeout', '4m'];
    const install = ['upgrade', '--install', release, chart, ...inInjectorNamespace, '-f', '-', ...wait];
    await helm(target, install, values);
  });
}

/** Applies the example. What is there already stays as it is. */
export async function applyExample(target: Target, log: Log): Promise<void> {
  await step(log, `Applying examples/statefulset.yaml in namespace ${demoNamespace}`, async () => {
    await createNamespace(target, demoNamespace);
    const manifest = await readFile(join(root, 'examples', 'statefulset.yaml'), 'utf8');
    await kubectl(target, ['apply', '-n', demoNamespace, '-f', '-'], manifest);
  });
}

/** The digest of the image's configuration, which the archive is the same or another image by. */
async function imageId(archive: string): Promise<string> {
  const manifest = JSON.parse(await run('tar', ['-xOf', archive, './manifest.json'])) as { Config: string }[];
  return manifest[0]?.Config.replace(/\.json$/, '') ?? '';
}
