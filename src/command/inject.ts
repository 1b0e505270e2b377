/** `inject`: manifests in, injected manifests out. */
import { OPT_IN_LABEL, singleLine } from '../injection/index.ts';
import { OPTION_HELP, type ManifestOptions } from './arguments.ts';
import { CommandError, type CommandIo } from './io.ts';
import { withMember, withOperations } from './manifests/operations.ts';
import { rewritten } from './manifests/rewrite.ts';
import type { Resource } from './resources.ts';
import { review, type Reviewed, type ReviewedManifest } from './review.ts';

export const INJECT_HELP = `Examples:
  galera-injector inject -f statefulset.yaml --ca-file ca.crt > injected.yaml
  kustomize build . | galera-injector inject -f - --ca-file ca.crt | kubectl apply -f -

Writes the manifests to standard output, with every Pod and every pod template that carries the label galera: "true"
made a node of its Galera cluster, the way the webhook would do it. Everything else stays as it is, comments included.
Warnings go to standard error. When one of them is refused, nothing is written and the exit code is 1.

${OPTION_HELP}`;

/** Runs `inject`. Resolves with the exit code: 0 done, 1 refused or unreadable. */
export async function runInject(options: ManifestOptions, io: CommandIo): Promise<number> {
  try {
    const manifests = await review(options, io);
    const reviewed = manifests.flatMap((manifest) => manifest.reviewed);
    for (const one of reviewed) io.stderr.write(report(one));
    if (reviewed.some(({ decision }) => decision.kind === 'deny')) return 1;
    io.stdout.write(manifests.map(injected).join(''));
    io.stderr.write(advice(reviewed, options));
    return 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    io.stderr.write(`error: ${singleLine(error.message)}\n`);
    return 1;
  }
}

/** The name of a resource as messages give it. */
export function nameOf({ kind, name }: Resource): string {
  return singleLine(`${kind} ${name}`);
}

function injected(
  { manifest, reviewed, file }: ReviewedManifest,
  index: number,
  all: readonly ReviewedManifest[],
): string {
  const text = rewritten(manifest, reviewed.reduce(change, manifest.json));
  const ended = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  // The first document of a further file may lack the line that parts it from what came before.
  const first = index > 0 && all[index - 1]?.file !== file;
  const parted = first && !manifest.marked && !all.every((one) => one.manifest.format === 'json');
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

function report({ resource, decision, hint }: Reviewed): string {
  const name = nameOf(resource);
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
  reviewed: readonly Reviewed[],
  { caFile, namespace, namespaceGiven }: ManifestOptions,
): string {
  const done = reviewed.filter(({ decision }) => decision.kind === 'inject');
  if (done.length === 0) {
    return reviewed.some(({ decision, hint }) => hint !== undefined || decision.reason !== 'not_labelled')
      ? ''
      : `note: nothing carries the label ${OPT_IN_LABEL}: "true" in the metadata of a Pod or a pod template\n`;
  }
  const unnamed = done.some(({ resource }) => !namespaceGiven && resource.namespace === namespace);
  return [
    caFile === undefined
      ? 'warning: without --ca-file the injected manifests hold a placeholder for the authority\n'
      : '',
    unnamed ? `note: the addresses are for namespace ${namespace}; name another with --namespace\n` : '',
  ].join('');
}
