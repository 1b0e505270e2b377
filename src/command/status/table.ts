/** Clusters as text, in the manner of `kubectl get`. */
import type { ClusterStatus, Phase } from './summary.ts';

/** How the text is made. */
export interface TableOptions {
  readonly withNamespace: boolean;
  readonly withMembers: boolean;
  /** Whether a table begins with the names of its columns. */
  readonly withHeaders: boolean;
  readonly colour: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const GREEN = 32;
const YELLOW = 33;
const RED = 31;
const COLOURS: Readonly<Record<Phase, number>> = {
  Serving: GREEN,
  Forming: YELLOW,
  Recovering: YELLOW,
  Degraded: YELLOW,
  Stopped: YELLOW,
  Waiting: RED,
  Unreadable: RED,
};

/** One line a cluster, or a paragraph with its members. */
export function renderClusters(clusters: readonly ClusterStatus[], options: TableOptions): string {
  if (!options.withMembers) return clusterTable(clusters, options);
  return clusters
    .map((cluster) => `${clusterTable([cluster], options)}\n${memberTable(cluster, options)}`)
    .join('\n');
}

function clusterTable(
  clusters: readonly ClusterStatus[],
  { withNamespace, withHeaders, colour, now }: TableOptions,
): string {
  const head = ['NAME', 'PHASE', 'READY', 'UUID', 'AGE', 'WHY'];
  const rows = clusters.map((one) => [
    ...(withNamespace ? [one.namespace] : []),
    one.name,
    one.phase,
    `${one.serving}/${one.size}`,
    one.uuid ?? '<none>',
    age(one.created, now),
    one.why,
  ]);
  const text = columns([withNamespace ? ['NAMESPACE', ...head] : head, ...rows]);
  const lines = colour ? text.map((line, index) => paint(line, clusters[index - 1]?.phase)) : text;
  return lines.slice(withHeaders ? 0 : 1).join('');
}

function paint(line: string, phase: Phase | undefined): string {
  return phase === undefined
    ? line
    : line.replace(` ${phase} `, ` \u001B[${COLOURS[phase]}m${phase}\u001B[0m `);
}

function memberTable({ members, holder }: ClusterStatus, { now, withHeaders }: TableOptions): string {
  const rows = members.map((one) => [
    `  ${one.name}`,
    one.pod ?? '<none>',
    `${one.role}${holder !== null && holder === one.pod ? '*' : ''}`,
    one.position ?? '-',
    one.data,
    age(one.created, now),
    one.said,
  ]);
  const lines = columns([['  MEMBER', 'POD', 'ROLE', 'POSITION', 'DATA', 'AGE', 'SAID'], ...rows]);
  const text = lines.slice(withHeaders ? 0 : 1).join('');
  return holder === null ? text : `${text}  * may bootstrap\n`;
}

/** Lines whose cells stand under each other, three blanks apart; the last cell is as long as it is. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) => {
    const cells = row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)));
    return `${cells.join('   ').trimEnd()}\n`;
  });
}

/** An age as kubectl writes it: the largest unit, and the next one while the number is small. */
export function age(created: number | null, now: number): string {
  if (created === null) return '<none>';
  const seconds = Math.max(0, Math.floor((now - created) / 1_000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return `${minutes}m${rest(seconds % 60, 's')}`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return `${hours}h${rest(minutes % 60, 'm')}`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  return days < 8 ? `${days}d${rest(hours % 24, 'h')}` : `${days}d`;
}

function rest(amount: number, unit: string): string {
  return amount === 0 ? '' : `${amount}${unit}`;
}
