/** `explain`: what would be injected and where each value comes from, for a person to read. */
import { type Decision, singleLine } from '../injection/index.ts';
import { OPTION_HELP, type ManifestOptions } from './arguments.ts';
import { nameOf } from './inject.ts';
import { CommandError, type CommandIo } from './io.ts';
import { review, type Reviewed } from './review.ts';

export const EXPLAIN_HELP = `Examples:
  galera-injector explain -f statefulset.yaml
  kubectl get statefulset db -o yaml | galera-injector explain -f - --context my-cluster

Says for every Pod and every pod template what the injector would do with it: the cluster and its address, each value
with its source, warnings, or why it would be refused. Changes nothing.

${OPTION_HELP}`;

/** Columns are aligned up to this width; a longer entry moves only its own line. */
const COLUMN_MAXIMUM = 46;

/** Runs `explain`. Resolves with the exit code: 0 explained, 1 when something would be refused or cannot be read. */
export async function runExplain(options: ManifestOptions, io: CommandIo): Promise<number> {
  try {
    const manifests = await review(options, io);
    const reviewed = manifests.flatMap((manifest) => manifest.reviewed);
    io.stdout.write(reviewed.length === 0 ? NOTHING : reviewed.map(explain).join('\n'));
    return reviewed.some(({ decision }) => decision.kind === 'deny') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    io.stderr.write(`error: ${singleLine(error.message)}\n`);
    return 1;
  }
}

const NOTHING = 'The input holds no Pod and no workload whose pods the injector knows.\n';

function explain({ resource, decision, hint }: Reviewed): string {
  const title = `${nameOf(resource)} in namespace ${singleLine(resource.namespace)}`;
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
