/** `inject`: manifests in, injected manifests out. */
import { OPT_IN_LABEL, singleLine } from '../injection/index.ts';
import { unreadWarnings } from './input.ts';
import { CommandError, type CommandIo } from './io.ts';
import { exactOf } from './manifests/index.ts';
import { withMember, withOperations } from './manifests/operations.ts';
import { rewritten } from './manifests/rewrite.ts';
import type { ManifestOptions } from './options.ts';
import { printed } from './output.ts';
import { review, type Reviewed, type ReviewedManifest } from './review.ts';

/** Runs `inject`. Resolves with the exit code: 0 done, 1 refused or unreadable. */
export async function runInject(options: ManifestOptions, io: CommandIo): Promise<number> {
  try {
    const manifests = await review(options, io);
    const reviewed = manifests.flatMap((manifest) => manifest.reviewed);
    for (const line of [...unreadWarnings(manifests), ...reviewed.map(report)]) io.stderr.write(line);
    if (reviewed.some(({ decision }) => decision.kind === 'deny')) return 1;
    requireAuthority(reviewed, options);
    io.stdout.write(written(manifests, options.output));
    io.stderr.write(advice(manifests, options));
    return 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    io.stderr.write(`error: ${singleLine(error.message)}\n`);
    return 1;
  }
}

/** A pod without the authority would wait for ever: it cannot check the coordinator. */
function requireAuthority(reviewed: readonly Reviewed[], { caFile, connection }: ManifestOptions): void {
  if (caFile !== undefined || connection !== undefined) return;
  if (reviewed.every(({ decision }) => decision.kind !== 'inject')) return;
  throw new CommandError(
    "the injected pods need the injector's certificate authority: name its file with --ca-file, or a cluster to read it from with --context",
  );
}

/** The name of a resource as messages give it, with its place. */
function nameOf({ resource: { kind, name }, where }: Reviewed): string {
  return singleLine(`${kind} ${name}`.trimEnd() + where);
}

function written(manifests: readonly ReviewedManifest[], output: ManifestOptions['output']): string {
  if (output === undefined) return manifests.map(injected).join('');
  const documents = manifests
    .map((one) => contentOf(one, exactOf(one.manifest)))
    .filter((one) => one !== null);
  if (output === 'yaml') return documents.map((one) => printed(one, output)).join('---\n');
  const [first = null] = documents;
  const whole = documents.length === 1 ? first : { apiVersion: 'v1', kind: 'List', items: documents };
  return printed(whole, output);
}

function contentOf({ reviewed }: ReviewedManifest, json: unknown): unknown {
  return reviewed.reduce(change, json);
}

function injected(one: ReviewedManifest, index: number, all: readonly ReviewedManifest[]): string {
  const { manifest, file } = one;
  const text = rewritten(manifest, contentOf(one, manifest.json));
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  // The first document of a further file may lack the line that parts it from what came before.
  const first = index > 0 && all[index - 1]?.file !== file;
  const parted = first && !manifest.marked && !all.every((other) => other.manifest.format === 'json');
  return parted ? `---\n${ended}` : ended;
}

/**
 * A StatefulSet's controller writes the subdomain of its pods from `serviceName`, so that is where one that the injection
 * wants must go.
 */
function change(document: unknown, { resource, path, decision }: Reviewed): unknown {
  if (decision.kind !== 'inject') return document;
  const ofSet =
    resource.kind === 'StatefulSet'
      ? decision.operations.find(({ path: at }) => at === '/spec/subdomain')
      : undefined;
  const changed = withOperations(
    document,
    path,
    decision.operations.filter((operation) => operation !== ofSet),
  );
  return ofSet === undefined
    ? changed
    : withMember(changed, [...resource.path, 'spec', 'serviceName'], ofSet.value);
}

function report(reviewed: Reviewed): string {
  const { decision, hint } = reviewed;
  const name = nameOf(reviewed);
  switch (decision.kind) {
    case 'deny':
      return `error: ${name}: ${decision.message} (${decision.reason})\n`;
    case 'skip':
      if (hint !== undefined)
        return `warning: ${name} is left as it is: ${hint}
`;
      return decision.reason === 'not_labelled'
        ? ''
        : `note: ${name} is left as it is: ${decision.message}\n`;
    case 'inject': {
      const warnings = decision.warnings.map(
        ({ reason, message }) => `warning: ${name}: ${message} (${reason})\n`,
      );
      return [`injected: ${name}: cluster ${decision.cluster}\n`, ...warnings].join('');
    }
  }
}

function advice(
  manifests: readonly ReviewedManifest[],
  { namespace, namespaceGiven }: ManifestOptions,
): string {
  const reviewed = manifests.flatMap((manifest) => manifest.reviewed);
  const done = reviewed.filter(({ decision }) => decision.kind === 'inject');
  if (done.length === 0) {
    return reviewed.some(({ decision, hint }) => hint !== undefined || decision.reason !== 'not_labelled')
      ? ''
      : `note: nothing carries the label ${OPT_IN_LABEL}: "true" in the metadata of a Pod or a pod template\n`;
  }
  const unnamed = done.some(({ resource }) => !namespaceGiven && resource.namespace === namespace);
  return unnamed ? `note: the addresses are for namespace ${namespace}; name another with --namespace\n` : '';
}
