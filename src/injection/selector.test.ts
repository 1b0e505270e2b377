import { expect, test } from 'vitest';
import { selects } from './selector.ts';

const LABELS = { app: 'shop', tier: 'db' };
const where = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});

test.each<[what: string, selector: Parameters<typeof selects>[0], selected: boolean]>([
  ['no selector', undefined, false],
  ['an empty one', {}, true],
  ['a label', { matchLabels: { app: 'shop' } }, true],
  ['another value', { matchLabels: { app: 'web' } }, false],
  ['two labels, one of which is missing', { matchLabels: { app: 'shop', zone: 'a' } }, false],
  ['a label and an expression', { matchLabels: { app: 'shop' }, ...where('tier', 'NotIn', 'db') }, false],
  ['In', where('app', 'In', 'web', 'shop'), true],
  ['In, without the label', where('zone', 'In', 'a'), false],
  ['NotIn', where('app', 'NotIn', 'shop'), false],
  ['NotIn, without the label', where('zone', 'NotIn', 'a'), true],
  ['Exists', where('app', 'Exists'), true],
  ['Exists, without the label', where('zone', 'Exists'), false],
  ['DoesNotExist', where('zone', 'DoesNotExist'), true],
  ['an operator of a later version', where('app', 'Gt', '1'), false],
])('%s', (_what, selector, selected) => {
  expect(selects(selector, LABELS)).toBe(selected);
});
