/** The result of a fuzz run of the injection as a section of the page of long runs. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { withSection } from '../../e2e/long/section.ts';
import { type Outcome, SAMPLE } from './injection.ts';

const root = join(import.meta.dirname, '..', '..');
const PAGE = join(root, 'docs', 'long-runs.md');

/** Writes the section `Fuzzing of the injection`; `from` is the origin of the code at the beginning of the run. */
export async function record(outcome: Outcome, from: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8').catch(() => '# Long runs\n');
  const written = withSection(page, 'Fuzzing of the injection', section(outcome, from));
  await writeFile(PAGE, await format(written, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
}

function section({ seed, cases, seconds, rate, kinds, applied, findings }: Outcome, from: string): string {
  const closely = applied === null ? 'Go is not installed' : `${applied} patches`;
  return [
    `\`npm run fuzz -- injection --cases ${cases} --seed ${seed}\` · ${from}`,
    '',
    `Pods over the whole PodSpec with hostile names, half of them with wrong types too, judged by test/injection/laws.ts;`,
    `one in ${SAMPLE} closely: decided again, applied by a second library and by the API server's own, strictly decoded by the`,
    `latter where it is well-formed, and decided once more after API defaults and after another webhook.`,
    '',
    '| what | result |',
    '| --- | --- |',
    `| pods | ${cases}, ${rate} a second, ${seconds} s |`,
    `| injected, denied, skipped | ${kinds.inject}, ${kinds.deny}, ${kinds.skip} |`,
    `| applied by the API server's libraries | ${closely} |`,
    `| findings | ${findings.length} |`,
    ...(findings.length === 0
      ? []
      : ['', ...findings.map(({ number, law, how }) => `- case ${number}: ${law}: ${how}`)]),
  ].join('\n');
}

async function git(...args: string[]): Promise<string> {
  return (await promisify(execFile)('git', args, { cwd: root })).stdout.trim();
}

/** Date, commit and machine. */
export async function origin(): Promise<string> {
  const commit = await git('rev-parse', '--short', 'HEAD').catch(() => 'unknown');
  const dirty = (await git('status', '--porcelain', '-uno').catch(() => '')) === '' ? '' : ' with changes';
  const machine = `${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'})`;
  return `${new Date().toISOString().slice(0, 10)} · commit ${commit}${dirty} · ${machine}`;
}
