import express from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBudget } from '../../src/server/budget.ts';
import { readReview } from '../../src/server/read-review.ts';
import { type Loopback, serve } from './loopback.ts';

const LIMIT = 1_000;
let loopback: Loopback;
beforeAll(async () => {
  const router = express.Router();
  const budget = createBudget({ small: LIMIT, large: LIMIT });
  router.post('/', async (request, response) => {
    await readReview(request, response, budget).catch(() => undefined);
    const rest = budget.share('small');
    response.end(String(rest.take(LIMIT)));
    rest.release();
  });
  loopback = await serve([router]);
});
afterAll(() => loopback.close());

it.each([
  ['no review', 'x'.repeat(600)],
  ['larger than what is left', 'x'.repeat(LIMIT + 1)],
])('a body that is %s gives its bytes back before it is answered', async (_what, body) => {
  const { body: free } = await loopback.send('/', { headers: { 'Content-Type': 'application/json' }, body });
  expect(free).toBe('true');
});
