/** Decides over every pod and pod template of the input: what `inject` carries out and `explain` describes. */
import {
  type Decision,
  decidedByPod,
  type JsonObject,
  plan,
  podOf,
  REASONS,
  templatePath,
} from '../injection/index.ts';
import type { ManifestOptions } from './options.ts';
import { labelHint, strayHint } from './hints.ts';
import { type InputDocument, readDocuments } from './input.ts';
import { CommandError, type CommandIo, type ManifestCluster, readInput } from './io.ts';
import type { Resource } from './resources.ts';
import { podFrom, templatesIn } from './shape.ts';
import { contextOf } from './sources.ts';
import { type Installation, installationOf } from './values.ts';

/** The decision over one resource. */
export interface Reviewed {
  readonly resource: Resource;
  /** Where it stands, where the input holds more than it. */
  readonly where: string;
  /** Way to the pod or the template in the document. */
  readonly path: readonly (string | number)[];
  readonly decision: Decision;
  /** What to change where the pod was probably meant to be injected and is not. */
  readonly hint?: string;
}

/** A document and the decisions over what stands in it. */
export interface ReviewedManifest extends InputDocument {
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
  const documents = await readDocuments(options, io);
  const deciding: Deciding = {
    all: documents.flatMap(({ resources }) => resources),
    cluster,
    installation: await installationOf(options, io),
    authority: once(() => authorityOf(options, cluster, io)),
  };
  const results: ReviewedManifest[] = [];
  for (const document of documents) {
    const reviewed: Reviewed[] = [];
    for (const resource of document.resources)
      reviewed.push(...(await reviewedIn(resource, document.where(resource), deciding)));
    results.push({ ...document, reviewed });
  }
  return results;
}

interface Deciding {
  readonly all: readonly Resource[];
  readonly cluster: ManifestCluster | undefined;
  readonly installation: Installation;
  /** The authority, asked for where a pod needs it. */
  readonly authority: () => Promise<string>;
}

async function reviewedIn(
  resource: Resource,
  where: string,
  deciding: Deciding,
): Promise<readonly Reviewed[]> {
  const reviewed: Reviewed[] = [];
  const pods = podsOf(resource);
  for (const { pod, template } of pods) {
    const decision = await decide(resource, pod, deciding);
    const hint = labelHint(resource, pod, template);
    const path = [...resource.path, ...template];
    reviewed.push({ resource, where, path, decision, ...(hint === undefined ? {} : { hint }) });
  }
  const hint = pods.length === 0 ? strayHint(resource) : undefined;
  if (hint === undefined) return reviewed;
  const decision = { kind: 'skip', reason: 'not_labelled', message: REASONS.not_labelled } as const;
  return [{ resource, where, path: resource.path, decision, hint }];
}

async function decide(resource: Resource, pod: JsonObject, deciding: Deciding): Promise<Decision> {
  const { all, cluster, installation, authority } = deciding;
  // What the pod decides alone needs no context, as one that does not ask for the injection.
  const isOpen = decidedByPod(pod) === null;
  const context = isOpen
    ? await contextOf(resource, { all, cluster, controllers: installation.controllers })
    : { namespace: resource.namespace, workload: null, services: [] };
  const certificateAuthority = isOpen ? await authority() : UNKNOWN_AUTHORITY;
  return plan(pod, context, { ...installation.settings, certificateAuthority });
}

/** Asks at the first call alone. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
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
