/** What a report of vitest (its reporter json) says of the tests that start servers. */
import { basename } from 'node:path';
import { groupBy } from '../../e2e/faults/support/table.ts';
import { day } from '../../e2e/support/origin.ts';
import type { Server } from '../../e2e/support/servers.ts';

/** The folders of such tests, with what each of them is about, in the order of the page. */
export const FOLDERS = {
  'e2e/suite/': 'the suite on a cluster',
  'e2e/faults/': 'rows of the fault matrix',
  'test/agent/real/': 'the start script on real servers',
} as const;
const IN_FOLDER = new RegExp(`(?:^|/)((?:${Object.keys(FOLDERS).join('|')}).*)$`);

/** The fields of a report that are read here. */
export interface Report {
  readonly testResults: readonly FileReport[];
}

interface FileReport {
  readonly name: string;
  readonly status: string;
  /** In milliseconds since 1970. */
  readonly startTime: number;
  readonly assertionResults: readonly TestReport[];
}

interface TestReport {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
  /** As e2e/support/note-servers.ts fills it in; without servers where the test was not begun. */
  readonly meta: { readonly servers?: readonly Server[] };
}

/** A group of tests in one run. */
export interface Ran {
  readonly file: string;
  readonly group: string;
  readonly day: string;
  /** That the group, or one of its file before it, had running. */
  readonly servers: readonly Server[];
  readonly passed: number;
  /** Titles; of those that were not run too. */
  readonly failed: readonly string[];
  readonly notRun: readonly string[];
}

/** The groups of a report. @throws when it is of other tests */
export function ranIn({ testResults }: Report): readonly Ran[] {
  return testResults.flatMap(ranInFile);
}

function ranInFile(report: FileReport): readonly Ran[] {
  const file = IN_FOLDER.exec(report.name)?.[1];
  if (file === undefined)
    throw new Error(
      `the report names ${report.name}; take one with tests of ${Object.keys(FOLDERS).join(', ')} only`,
    );
  const of = { file, day: day(new Date(report.startTime)) };
  const { assertionResults: tests } = report;
  if (tests.length === 0)
    return [{ ...of, group: basename(file), servers: [], passed: 0, failed: ['its file'], notRun: [] }];
  // The report names no hook that failed: it shows in that file's status alone.
  const inHook = report.status === 'failed' && tests.every(({ status }) => status !== 'failed');
  const groups = groupBy(tests, ({ ancestorTitles: [outermost], title }) => outermost ?? title);
  return [...groups].map(([group, own]) => ({ ...of, group, ...summary(own, inHook) }));
}

function summary(tests: readonly TestReport[], inHook: boolean): Omit<Ran, 'file' | 'group' | 'day'> {
  const passed = tests.filter(({ status }) => status === 'passed');
  const failed = tests.filter(({ status }) => status === 'failed');
  const others = tests.filter((one) => !passed.includes(one) && !failed.includes(one));
  const servers = tests.flatMap(({ meta }) => meta.servers ?? []);
  return {
    servers: [...new Map(servers.map((one) => [JSON.stringify(one), one])).values()],
    passed: passed.length,
    failed: [...titles(failed), ...(inHook ? ['a hook of its file'] : [])],
    notRun: titles(others),
  };
}

/** Titles as a reader of the page finds them, with those of the groups within the outermost. */
function titles(tests: readonly TestReport[]): readonly string[] {
  return tests.map(({ ancestorTitles, title }) => [...ancestorTitles.slice(1), title].join(', '));
}
