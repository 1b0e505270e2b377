/** `explain`: what would be injected and where each value comes from, for a person to read. */
import { type Decision, singleLine } from '../injection/index.ts';
import { unreadWarnings } from './input.ts';
import { CommandError, type CommandIo } from './io.ts';
import type { ManifestOptions } from './options.ts';
import { OUTPUT_VERSION, printed } from './output.ts';
import { review, type Reviewed, type ReviewedManifest } from './review.ts';

/** Columns are aligned up to this width; a longer entry moves only its own line. */
const COLUMN_MAXIMUM = 46;

/**
 * Runs `explain`. Resolves with the exit code: 0 explained; 1 when something would be refused or cannot be read, or is warned
 * about and warnings count.
 */
export async function runExplain(options: ManifestOptions, io: CommandIo): Promise<number> {
  try {
    const manifests = await review(options, io);
    io.stdout.write(explanation(manifests, options.output));
    const unread = unreadWarnings(manifests);
    for (const line of unread) io.stderr.write(line);
    const reviewed = manifests.flatMap((manifest) => manifest.reviewed);
    const isWarned = unread.length > 0 || reviewed.some(isWarnedAbout);
    const isRefused = reviewed.some(({ decision }) => decision.kind === 'deny');
    return isRefused || (options.failOnWarning && isWarned) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    io.stderr.write(`error: ${singleLine(error.message)}\n`);
    return 1;
  }
}

function isWarnedAbout({ decision, hint }: Reviewed): boolean {
  return hint !== undefined || (decision.kind === 'inject' && decision.warnings.length > 0);
}

function explanation(manifests: readonly ReviewedManifest[], output: ManifestOptions['output']): string {
  const reviewed = manifests.flatMap((manifest) => manifest.reviewed);
  if (output === undefined) return reviewed.length === 0 ? NOTHING : reviewed.map(explain).join('\n');
  const items = manifests.flatMap((one) => one.reviewed.map((each) => item(one, each)));
  const document = { apiVersion: OUTPUT_VERSION, kind: 'ExplanationList', items };
  return printed(document, output);
}

/** One decision for programs (docs/command-line.md). */
function item({ file, number }: ReviewedManifest, { resource, decision, hint }: Reviewed): unknown {
  const { kind, name, namespace } = resource;
  const apiVersion = resource.json['apiVersion'];
  const about = {
    file,
    document: number,
    object: { apiVersion, kind, name, namespace },
    decision: decision.kind,
    reason: decision.reason,
  };
  if (decision.kind !== 'inject')
    return { ...about, message: decision.message, ...(hint === undefined ? {} : { hint }) };
  const { cluster, address, warnings, provenance } = decision;
  return { ...about, cluster, address, warnings, values: provenance };
}

const NOTHING = 'The input holds no Pod and no pod template.\n';

function explain({ resource: { kind, name, namespace }, where, decision, hint }: Reviewed): string {
  const title = singleLine(`${`${kind} ${name}`.trimEnd()} in namespace ${namespace}${where}`);
  switch (decision.kind) {
    case 'skip':
      return `${title} is left as it is (${decision.reason}).\n  ${hint ?? decision.message}\n`;
    case 'deny':
      return `${title} would be refused (${decision.reason}).\n  ${decision.message}\n`;
    case 'inject':
      return `${title} becomes a node of the Galera cluster ${decision.cluster}.\n${injection(decision)}`;
  }
}

function injection({ address, warnings, provenance }: Extract<Decision, { kind: 'inject' }>): string {
  const rows = provenance.map(({ what, value, source }) => [what, value, `from ${source}`]);
  const lines = [`\n  Address: ${address}\n`, '\n  Injected:\n', ...table(rows)];
  const cautions = warnings.map(({ reason, message }) => `    ${message} (${reason})\n`);
  return [...lines, ...(cautions.length === 0 ? [] : ['\n  Warnings:\n', ...cautions])].join('');
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0).filter((length) => length <= COLUMN_MAXIMUM), 0);
  const widths = [width(0), width(1), 0];
  return rows.map(
    (row) =>
      `    ${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
  );
}
