/** Decides over every pod and pod template of the input: what `inject` carries out and `explain` describes. */
import { type Decision, decidedByPod, plan, podOf, templatePath } from '../injection/index.ts';
import type { ManifestOptions } from './arguments.ts';
import { labelHint } from './hints.ts';
import { CommandError, type CommandIo, readInput } from './io.ts';
import { type Manifest, parseManifests } from './manifests/index.ts';
import { type Resource, resourcesOf } from './resources.ts';
import { type ClusterReader, contextOf } from './sources.ts';

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

/** Put in the place of the authority's certificate where `--ca-file` names none. */
export const CA_PLACEHOLDER = 'REPLACE WITH THE CERTIFICATE AUTHORITY OF THE INJECTOR (--ca-file)';

/**
 * Reads all files and decides over what they hold.
 *
 * @throws CommandError when a file cannot be read or understood
 */
export async function review(options: ManifestOptions, io: CommandIo): Promise<readonly ReviewedManifest[]> {
  const cluster = await connect(options, io);
  const authority = options.caFile === undefined ? CA_PLACEHOLDER : await readAuthority(options.caFile, io);
  const settings = { ...options.settings, certificateAuthority: authority };
  const documents = [];
  for (const file of options.files) {
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
      const template = templatePath(resource);
      if (template === undefined) continue;
      const pod = podOf(resource);
      // What the pod decides alone needs no context, as one that does not ask for the injection.
      const context =
        decidedByPod(pod) === null
          ? await contextOf(resource, all, cluster)
          : { namespace: resource.namespace, workload: null, services: [] };
      const decision = plan(pod, context, settings);
      const hint = labelHint(resource, pod);
      const path = [...resource.path, ...template];
      reviewed.push({ resource, path, decision, ...(hint === undefined ? {} : { hint }) });
    }
    results.push({ file, manifest, reviewed });
  }
  return results;
}

async function connect({ context }: ManifestOptions, io: CommandIo): Promise<ClusterReader | undefined> {
  if (context === undefined) return undefined;
  if (io.connect === undefined)
    throw new CommandError('--context needs a kubeconfig, and this build reads none');
  return io.connect(context);
}

async function readAuthority(file: string, io: CommandIo): Promise<string> {
  const text = await readInput(file, io);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new CommandError(
    `${file} holds no certificate: it must be PEM, with a line -----BEGIN CERTIFICATE-----`,
  );
}
