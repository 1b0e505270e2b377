import { beforeAll, describe, expect, it } from 'vitest';
import { splitPem } from './chain.ts';
import { decide, follow, type Moment, type Step } from './roll.ts';
import { fromSecretData, served, type State, toSecretData } from './state.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2030, 0, 1);
const at = (now: number, jitter = 0): Moment => ({
  now: START + now,
  lives: { leaf: 45 * DAY, authority: 90 * DAY, overlap: 6 * HOUR },
  names: ['a.b.svc', 'a.b.svc.cluster.local'],
  jitter,
});

let first: State;
beforeAll(async () => {
  first = await follow(null, 'found', at(0));
});

/** Takes every step that is due until `end`, looking every six hours; the steps with the day of each. */
async function run(state: State, end: number): Promise<{ state: State; steps: [Step, number][] }> {
  const steps: [Step, number][] = [];
  let reached = state;
  for (let now = 0; now <= end; now += 6 * HOUR) {
    const step = decide(reached, at(now), true);
    if (step === 'keep') continue;
    steps.push([step, now / DAY]);
    reached = await follow(reached, step, at(now));
  }
  return { state: reached, steps };
}

describe('the roll', () => {
  it('renews the leaf after two thirds of its life, and a replica with jitter a little later', () => {
    expect(decide(first, at(30 * DAY - HOUR), true)).toBe('keep');
    expect(decide(first, at(30 * DAY), true)).toBe('renew');
    expect(decide(first, at(30 * DAY, 1), true)).toBe('keep');
    expect(decide(first, at(33 * DAY, 1), true)).toBe('renew');
  });

  it('publishes the next authority, lets it sign later, and drops the old one when its last leaf has expired', async () => {
    const { state, steps } = await run(first, 92 * DAY);
    expect(steps).toEqual([
      ['renew', 30],
      ['renew', 60],
      ['publish', 60.25],
      ['switch', 60.5],
      // The leaf of day 60 could not outlive its authority, which ended on day 90.
      ['drop', 90],
      ['renew', 90.5],
    ]);
    expect(splitPem(served(state).authority)).toHaveLength(1);
  });

  it('does not let an authority sign that the caBundle does not hold', async () => {
    const published = await follow(first, 'publish', at(61 * DAY));
    expect(decide(published, at(62 * DAY), false)).not.toBe('switch');
    expect(decide(published, at(62 * DAY), true)).toBe('switch');
  });

  it('goes on with the published authority when the one that signs has expired, and begins again without one', async () => {
    const published = await follow(first, 'publish', at(61 * DAY));
    expect(decide(published, at(91 * DAY), false)).toBe('switch');
    expect(decide(first, at(91 * DAY), true)).toBe('found');
  });

  it('leaves everything alone while the clock is behind the authority’s first second', () => {
    expect(decide(first, at(-HOUR), true)).toBe('keep');
  });

  it('takes up a shorter life that is configured later', () => {
    const shorter = { ...at(2 * DAY), lives: { leaf: DAY, authority: 90 * DAY, overlap: HOUR } };
    expect(decide(first, shorter, true)).toBe('renew');
  });

  it('keeps every state in the Secret and reads the same state back', async () => {
    const published = await follow(first, 'publish', at(60 * DAY));
    const switched = await follow(published, 'switch', at(60 * DAY + HOUR));
    const renewed = await follow(switched, 'renew', at(60 * DAY + 2 * HOUR));
    for (const state of [first, published, switched, renewed])
      expect(fromSecretData(toSecretData(state))).toEqual(state);
    expect(renewed).toMatchObject({ retired: [], oldLeaves: [switched.leaf.certificate] });
  });
});
