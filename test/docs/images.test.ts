import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runAny } from '../../e2e/cluster/run.ts';
import { renderImages } from '../../scripts/images-matrix.ts';
import { ranIn, type Report } from '../../scripts/images-matrix/report.ts';
import { render, withMatrix } from '../../scripts/images-matrix/table.ts';
import { ROOT } from './markdown.ts';

const OLD = { from: 'mariadb:10.11', version: '10.11.14-MariaDB' };
const NEW = { from: 'mariadb:11.8', version: '11.8.6-MariaDB' };
const MACHINE = { from: 'Debian 12', version: '10.11.14-MariaDB' };
type FileReport = Report['testResults'][number];
type TestReport = FileReport['assertionResults'][number];

/** A test of the group, as vitest reports it; one that was not begun has no servers. */
const test = (group: string, title: string, status = 'passed', servers = [NEW]): TestReport => ({
  ancestorTitles: [group],
  title,
  status,
  meta: status === 'skipped' ? {} : { servers },
});

const file = (name: string, tests: readonly TestReport[], more: Partial<FileReport> = {}): FileReport => ({
  name: `/somewhere/${name}`,
  status: tests.every(({ status }) => status !== 'failed') ? 'passed' : 'failed',
  startTime: Date.UTC(2026, 10, 29, 12),
  assertionResults: tests,
  ...more,
});

/** The rows of all tables, without the lines below their heads. */
const rows = (...testResults: FileReport[]): readonly string[] =>
  render(ranIn({ testResults }))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('| ---'));

describe('the page of images', () => {
  it('says what its data says (npm run images-matrix writes both)', async () => {
    expect(readFileSync(join(ROOT, 'docs/images.md'), 'utf8')).toBe(await renderImages());
  });

  it('keeps what was written by hand', async () => {
    const page = await renderImages();
    const other = await withMatrix(
      page,
      ranIn({ testResults: [file('e2e/suite/a.e2e.ts', [test('a', 'b')])] }),
    );
    const byHand = (text: string) => text.split(/<!-- .*? -->/).toSpliced(1, 1);
    expect(byHand(other)).toEqual(byHand(page));
    expect(other).toContain('1 passed');
  });
});

describe('a run with the settings of the end-to-end suite', () => {
  it('reports which servers its tests had seen, and what became of them', async () => {
    const config = 'test/fixtures/reports/vitest.config.ts';
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', config, '--reporter=json'];
    const { stdout } = await runAny(process.execPath, vitest, { cwd: ROOT });
    const more = { file: 'e2e/suite/two.e2e.ts', day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string };
    expect(ranIn(JSON.parse(stdout) as Report)).toEqual([
      { ...more, group: 'a group', servers: [NEW], passed: 1, failed: ['fails'], notRun: ['is skipped'] },
      { ...more, group: 'a group that cannot begin', servers: [], passed: 0, failed: [], notRun: ['waits'] },
    ]);
  });
});

describe('the tables of what ran where', () => {
  it('have a column for each server that a run saw, and one for tests that saw none', () => {
    const upgrade = file('e2e/suite/15.e2e.ts', [test('an upgrade', 'runs', 'passed', [OLD, NEW])]);
    const advice = file('e2e/suite/80.e2e.ts', [test('advice', 'is shown', 'passed', [])]);
    expect(rows(upgrade, advice)).toEqual([
      '| the suite on a cluster | mariadb:10.11: 10.11.14-MariaDB, 2026-11-29 | mariadb:11.8: 11.8.6-MariaDB, 2026-11-29 | no server seen, 2026-11-29 |',
      '| an upgrade | 1 passed | 1 passed | – |',
      '| advice | – | – | 1 passed |',
    ]);
  });

  it('name what failed and what was not run', () => {
    const tests = [test('a', 'one'), test('a', 'two | 2', 'failed'), test('a', 'three', 'skipped')];
    expect(rows(file('e2e/faults/01.fault.ts', tests))[1]).toBe(
      String.raw`| a | 1 passed; **1 failed**: two \| 2; **1 not run**: three |`,
    );
  });

  it('show that a file was not even read, or that a hook failed', () => {
    const unread = file('e2e/suite/10.e2e.ts', [], { status: 'failed' });
    const hook = file('e2e/suite/20.e2e.ts', [test('b', 'one', 'skipped')], { status: 'failed' });
    expect(rows(unread, hook).slice(1)).toEqual([
      '| 10.e2e.ts | **1 failed**: its file |',
      '| b | **1 failed**: a hook of its file; **1 not run**: one |',
    ]);
  });

  it('have one row for a group that ran on several machines or days', () => {
    const name = 'test/agent/real/a.real.test.ts';
    const on = (server: typeof NEW, startTime: number) =>
      file(name, [test('a directory', 'is read', 'passed', [server])], { startTime });
    expect(rows(on(MACHINE, Date.UTC(2026, 10, 28)), on(MACHINE, Date.UTC(2026, 10, 29)))).toEqual([
      '| the start script on real servers | Debian 12: 10.11.14-MariaDB, 2026-11-28 | Debian 12: 10.11.14-MariaDB, 2026-11-29 |',
      '| a directory | 1 passed | 1 passed |',
    ]);
  });

  it('are not made of the report of other tests', () => {
    expect(() => rows(file('test/docs/a.test.ts', [test('a', 'b')]))).toThrow('test/docs/a.test.ts');
  });
});
