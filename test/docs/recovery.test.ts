import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../../src/coordination/decide/facts.ts';
import { decideStart } from '../../src/coordination/decide/index.ts';
import { type Rule, RULES } from '../../src/coordination/decide/rules.ts';
import { followPods, reported } from '../../src/coordination/decide/transitions.ts';
import { isReason, type Needed, neededFor, type Reason, REASONS } from '../../src/coordination/reasons.ts';
import { type Row, TABLE } from '../coordination/decision-table.ts';

const page = join(import.meta.dirname, '..', '..', 'docs', 'recovery.md');

/** Reasons of answers that let a server start, or serve, or end to ask. */
const STARTS: readonly Reason[] = [
  'InspectData',
  'MemberServes',
  'ViewIsComplete',
  'Ordered',
  'WasLast',
  'HoldsNewest',
  'Adopted',
  'NewCluster',
  'Serves',
  'QuorumLost',
];

/** The first rule that answers in the situation of a row. */
function ruleFor({ seen, report }: Row): Rule | undefined {
  const followed = { ...seen, record: followPods(seen) };
  const facts = factsOf({ ...seen, record: reported(followed, report) }, report);
  return RULES.find((rule) => rule(facts) !== null);
}

describe('the runbook', () => {
  it('has a row for each reason of a wait or a refusal, under what is needed for it to end', async () => {
    const text = await readFile(page, 'utf8');
    const rowsOf = (heading: string) => {
      const [, section = ''] = text.split(`### ${heading}\n`);
      return [...(section.split(/^#/m)[0] ?? '').matchAll(/^\| `(\w+)`/gm)]
        .map(([, reason = '']) => reason)
        .toSorted();
    };
    const reasonsThatNeed = (needed: Needed) =>
      Object.keys(REASONS)
        .filter(isReason)
        .filter((reason) => neededFor(reason) === needed && !STARTS.includes(reason))
        .toSorted();
    expect(rowsOf('You have to act')).toEqual(reasonsThatNeed('yes'));
    expect(rowsOf('If it lasts')).toEqual(reasonsThatNeed('if it lasts'));
    expect(rowsOf('Nothing to do')).toEqual(reasonsThatNeed('no'));
  });
});

/** The rules in their order as a list in Markdown: a rule, and below it when it answers what. Lines are not wrapped. */
function renderRules(): readonly string[] {
  return RULES.flatMap((rule, index) => [
    `${index + 1}. **${rule.name}**`,
    ...TABLE.filter((one) => one.rule === rule).map(renderRow),
  ]);
}

function renderRow({ when, answer, detail, seen, report }: Row): string {
  const { reason } = decideStart(seen, report).answer;
  return `- ${when}: **${answer}**, \`${reason}\`${detail === '' ? '' : `; ${detail}`}`;
}

describe('the list of rules', () => {
  it('stands in docs/recovery.md word for word', async () => {
    const text = (await readFile(page, 'utf8')).replaceAll(/\s+/g, ' ');
    expect(text).toContain(` ${renderRules().join(' ')} `);
  });

  it.each(TABLE.map((row, index) => [index + 1, row] as const))(
    'is what the code does: row %i, by the rule that it names',
    (_number, row) => {
      const { answer, record } = decideStart(row.seen, row.report);
      expect(answer.kind).toBe(row.answer);
      expect(ruleFor(row)).toBe(row.rule);
      expect(record.members[row.seen.caller.name]?.said?.reason).toBe(answer.reason);
    },
  );

  it('has a row for every rule, of which there are at most twelve', () => {
    expect(new Set(TABLE.map(({ rule }) => rule))).toEqual(new Set(RULES));
    expect(RULES.length).toBeLessThanOrEqual(12);
  });

  it('has a row for every answer', () => {
    const answers = new Set(TABLE.map((row) => row.answer));
    expect([...answers].sort()).toEqual(['bootstrap', 'join', 'recover', 'reform', 'refuse', 'wait']);
  });
});
