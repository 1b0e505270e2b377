/** The results of fuzz runs as sections of the page of long runs; `from` is the origin of the code at the beginning of the run. */
import { writeSection } from '../../e2e/long/section.ts';
import type { HistoriesOutcome } from './histories.ts';
import { type Outcome, SAMPLE } from './injection.ts';

/** Writes the section `Fuzzing of the recovery`. */
export function recordHistories(outcome: HistoriesOutcome, from: string): Promise<void> {
  return writeSection('Fuzzing of the recovery', sectionOfHistories(outcome, from));
}

function sectionOfHistories(
  { seed, cases, seconds, rate, steps, findings }: HistoriesOutcome,
  from: string,
): string {
  return [
    `\`npm run fuzz -- histories --cases ${cases} --seed ${seed}\` · ${from}`,
    '',
    'Histories of three or four members with any selection of the faults of [model.md](model.md), judged after',
    'every step, and healed at their ends, when everything that may come back must.',
    '',
    '| what | result |',
    '| --- | --- |',
    `| histories | ${cases}, ${rate} a second, ${seconds} s |`,
    `| steps in them | ${steps} |`,
    `| findings | ${findings.length} |`,
    ...findings.flatMap((finding) => ['', '```', finding, '```']),
  ].join('\n');
}

/** Writes the section `Fuzzing of the injection`. */
export function recordInjection(outcome: Outcome, from: string): Promise<void> {
  return writeSection('Fuzzing of the injection', section(outcome, from));
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
