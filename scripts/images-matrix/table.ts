/** The tables of docs/images.md: rows are groups of tests, columns are the servers that ran. */
import { join } from 'node:path';
import { table, withMarked } from '../../bench/page.ts';
import { groupBy } from '../../e2e/faults/support/table.ts';
import { formatted } from '../formatted.ts';
import { FOLDERS, type Ran } from './report.ts';

const MARK = 'what ran where: written by npm run images-matrix';

/** The page with the tables of what ran between its marks. @throws when it lacks them */
export function withMatrix(page: string, ran: readonly Ran[]): Promise<string> {
  const path = join('docs', 'images.md');
  return formatted(path, withMarked(page, MARK, render(ran), path));
}

/** One table for each kind of tests that ran; a sentence for none. */
export function render(ran: readonly Ran[]): string {
  if (ran.length === 0) return 'No run has been written down here yet.';
  const tables = Object.entries(FOLDERS).map(([folder, about]) =>
    tableOf(
      about,
      ran.filter(({ file }) => file.startsWith(folder)),
    ),
  );
  return tables.filter((one) => one !== '').join('\n\n');
}

function tableOf(about: string, ran: readonly Ran[]): string {
  if (ran.length === 0) return '';
  const columns = [...new Set(ran.flatMap(columnsOf))].sort();
  const rows = groupBy(ran, ({ file, group }) => `${file} ${group}`);
  return table(
    [about, ...columns],
    [...rows.values()].map((runs) => [
      escaped(runs[0]?.group ?? ''),
      ...columns.map((column) => cell(runs.filter((one) => columnsOf(one).includes(column)))),
    ]),
  );
}

/** The heads of the columns in which a group stands: a server and a day each. */
function columnsOf({ servers, day }: Ran): readonly string[] {
  if (servers.length === 0) return [`no server seen, ${day}`];
  return servers.map(({ from, version }) => escaped(`${from}: ${version}, ${day}`));
}

/** What became of the tests; a dash where there was no run. */
function cell(runs: readonly Ran[]): string {
  const parts = runs.flatMap(({ passed, failed, notRun }) => [
    ...(passed > 0 ? [`${passed} passed`] : []),
    ...listed('failed', failed),
    ...listed('not run', notRun),
  ]);
  return parts.length === 0 ? '–' : parts.join('; ');
}

function listed(what: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`**${names.length} ${what}**: ${escaped(names.join(', '))}`];
}

function escaped(text: string): string {
  return text.replaceAll(/[|<*_`]/g, '\\$&').replaceAll('\n', ' ');
}
