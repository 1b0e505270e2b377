/** Decides over every pod and pod template of the input: what `inject` carries out and `explain` describes. */
import {
  type Decision,
  decidedByPod,
  type JsonObject,
  plan,
  podOf,
  templatePath,
} from '../injection/index.ts';
import type { ManifestOptions } from './options.ts';
import { labelHint } from './hints.ts';
import { CommandError, type CommandIo, filesAt, type ManifestCluster, readInput } from './io.ts';
import { type Manifest, parseManifests } from './manifests/index.ts';
import { type Resource, resourcesOf } from './resources.ts';
import { podFrom, templatesIn } from './shape.ts';
import { contextOf } from './sources.ts';

/** The decision over one resource. */
export interface Reviewed {
  readonly resource: Resource;
  /** Way to the pod or the template in the document. */
  readonly path: readonly (string | number)[];
  readonly decision: Decision;
  /** What to change where the pod was probably meant to be injected and is not. */
  readonly hint?: string;
}

/** A document and the decisions over what stands in it. */
export interface ReviewedManifest {
  readonly file: string;
  readonly manifest: Manifest;
  readonly reviewed: readonly Reviewed[];
}

/** In the place of the authority's certificate where none is known; `inject` writes no manifest with it. */
const UNKNOWN_AUTHORITY = 'the certificate authority of the injector (--ca-file)';

/**
 * Reads all files and decides over what they hold.
 *
 * @throws CommandError when a file cannot be read or understood
 */
export async function review(options: ManifestOptions, io: CommandIo): Promise<readonly ReviewedManifest[]> {
  const cluster = await connect(options, io);
  let authority: string | undefined;
  const documents = [];
  const files = [];
  for (const path of options.files) files.push(...(await filesAt(path, options.recursive, io)));
  for (const file of files) {
    const manifests = parseManifests(await readInput(file, io), file === '-' ? 'standard input' : file);
    documents.push(
      ...manifests.map((manifest) => ({
        file,
        manifest,
        resources: resourcesOf(manifest.json, options.namespace),
      })),
    );
  }
  const all = documents.flatMap(({ resources }) => resources);
  const results: ReviewedManifest[] = [];
  for (const { file, manifest, resources } of documents) {
    const reviewed: Reviewed[] = [];
    for (const resource of resources) {
      for (const { pod, template } of podsOf(resource)) {
        // What the pod decides alone needs no context, as one that does not ask for the injection.
        const isOpen = decidedByPod(pod) === null;
        const context = isOpen
          ? await contextOf(resource, all, cluster)
          : { namespace: resource.namespace, workload: null, services: [] };
        if (isOpen) authority ??= await authorityOf(options, cluster, io);
        const certificateAuthority = authority ?? UNKNOWN_AUTHORITY;
        const decision = plan(pod, context, { ...options.settings, certificateAuthority });
        const hint = labelHint(resource, pod, template);
        const path = [...resource.path, ...template];
        reviewed.push({ resource, path, decision, ...(hint === undefined ? {} : { hint }) });
      }
    }
    results.push({ file, manifest, reviewed });
  }
  return results;
}

/** A resource as a pod, or a pod of each template in it, with the way there. */
function podsOf(
  resource: Resource,
): readonly { readonly pod: JsonObject; readonly template: Reviewed['path'] }[] {
  const template = templatePath(resource);
  if (template !== undefined) return [{ pod: podOf(resource), template }];
  return templatesIn(resource.json).map((path) => ({ pod: podFrom(resource, path), template: path }));
}

async function connect({ connection }: ManifestOptions, io: CommandIo): Promise<ManifestCluster | undefined> {
  if (connection === undefined) return undefined;
  if (io.connect === undefined)
    throw new CommandError('--context needs a kubeconfig, and this build reads none');
  return io.connect(connection);
}

/** The authority that pods check the coordinator by: of a file, or as the API server knows it. */
async function authorityOf(
  { caFile, needsAuthority }: ManifestOptions,
  cluster: ManifestCluster | undefined,
  io: CommandIo,
): Promise<string> {
  if (caFile === undefined)
    return needsAuthority && cluster !== undefined ? cluster.authority() : UNKNOWN_AUTHORITY;
  const text = await readInput(caFile, io);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new CommandError(
    `${caFile} holds no certificate: it must be PEM, with a line -----BEGIN CERTIFICATE-----`,
  );
}
