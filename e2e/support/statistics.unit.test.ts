import { describe, expect, it } from 'vitest';
import { middle, percentile, summary } from './statistics.ts';

const to200 = Array.from({ length: 200 }, (_, index) => 200 - index);

describe('the middle of measurements', () => {
  it('is the one in the middle, or halfway between two, with the lowest and the highest', () => {
    expect(middle([3, 1, 8])).toEqual({ median: 3, low: 1, high: 8 });
    expect(middle([8, 1, 3, 4])).toEqual({ median: 3.5, low: 1, high: 8 });
    expect(middle([7])).toEqual({ median: 7, low: 7, high: 7 });
  });

  it('of none is a fault of the measurement', () => {
    expect(() => middle([])).toThrow('saw nothing');
    expect(() => percentile([], 50)).toThrow('saw nothing');
  });
});

describe('a percentile', () => {
  it('is the lowest value that so many per cent do not exceed', () => {
    expect([1, 50, 99, 100].map((percent) => percentile(to200, percent))).toEqual([2, 100, 198, 200]);
  });
});

describe('the summary of times', () => {
  it('has the middle, the 99th percentile and the greatest', () => {
    expect(summary(to200)).toEqual({ p50: 100, p99: 198, max: 200 });
    expect(summary([])).toEqual({ p50: 0, p99: 0, max: 0 });
  });
});
