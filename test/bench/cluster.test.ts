import { describe, expect, it } from 'vitest';
import { between, histogramOf, shares } from '../../bench/cluster/histogram.ts';
import { timePairs, typicalDifference, type Way, wayOf } from '../../bench/cluster/pairs.ts';
import { withMarked } from '../../bench/page.ts';

const NAME = 'call_seconds';

/** A page with the series of one webhook as an API server writes them: `within` 5 ms, 25 ms and at all. */
const page = (webhook: string, within: readonly [number, number, number], sum: number) => `
# TYPE ${NAME} histogram
${NAME}_bucket{name="${webhook}",rejected="false",le="0.005"} ${within[0]}
${NAME}_bucket{name="${webhook}",rejected="false",le="0.025"} ${within[1]}
${NAME}_bucket{name="${webhook}",rejected="false",le="+Inf"} ${within[2]}
${NAME}_sum{name="${webhook}",rejected="false"} ${sum}
${NAME}_count{name="${webhook}",rejected="false"} ${within[2]}
`;

const sharesOf = (text: string) => shares(histogramOf(text, NAME, { name: 'ours' }));

describe('a histogram of a page of metrics', () => {
  it('has the count, the sum and the bounds of the series with the labels', () => {
    const text = page('other', [9, 9, 9], 9) + page('ours', [1, 2, 4], 1.5);
    expect(histogramOf(text, NAME, { name: 'ours', rejected: 'false' })).toEqual({
      count: 4,
      sum: 1.5,
      within: new Map([
        [0.005, 1],
        [0.025, 2],
        [Infinity, 4],
      ]),
    });
  });

  it('adds up the series that differ in other labels', () => {
    const text = page('ours', [1, 2, 4], 1.5) + page('ours', [1, 1, 1], 0.5).replaceAll('false', 'true');
    expect(histogramOf(text, NAME, { name: 'ours' })).toMatchObject({ count: 5, sum: 2 });
  });

  it('is not one whose name only begins alike', () => {
    const text = page('ours', [1, 2, 4], 1.5).replaceAll(NAME, `${NAME}_summary`);
    expect(histogramOf(text, NAME, { name: 'ours' }).count).toBe(0);
  });

  it('reads numbers as Go writes large ones, and labels with quotes and braces in them', () => {
    const text = `${NAME}_count{path="a\\"}b",name="ours"} 1.2e+06`;
    expect(histogramOf(text, NAME, { name: 'ours' }).count).toBe(1_200_000);
  });

  it('may have no labels but its bounds', () => {
    const text = `${NAME}_bucket{le="+Inf"} 2\n${NAME}_sum 0.5\n${NAME}_count 2`;
    expect(histogramOf(text, NAME, {})).toEqual({ count: 2, sum: 0.5, within: new Map([[Infinity, 2]]) });
  });
});

describe('what was counted between two readings', () => {
  const before = histogramOf(page('ours', [1, 2, 4], 1.5), NAME, { name: 'ours' });

  it('is the difference of every number', () => {
    const after = histogramOf(page('ours', [3, 7, 9], 2), NAME, { name: 'ours' });
    expect(between(before, after)).toEqual({
      count: 5,
      sum: 0.5,
      within: new Map([
        [0.005, 2],
        [0.025, 5],
        [Infinity, 5],
      ]),
    });
  });

  it('is all where there was nothing before', () => {
    expect(between(histogramOf('', NAME, {}), before)).toEqual(before);
  });

  it('is unknown when the counts fell', () => {
    const after = histogramOf(page('ours', [1, 2, 3], 1), NAME, { name: 'ours' });
    expect(() => between(before, after)).toThrow('fell from 4 to 3');
  });
});

describe('the shares of a histogram', () => {
  it('end with the first bound that nothing exceeds', () => {
    expect(sharesOf(page('ours', [1, 4, 4], 1))).toEqual([
      [0.005, 0.25],
      [0.025, 1],
    ]);
    expect(sharesOf(page('ours', [1, 2, 4], 1))).toEqual([
      [0.005, 0.25],
      [0.025, 0.5],
      [Infinity, 1],
    ]);
  });

  it('are in the order of the bounds, whatever that of the lines', () => {
    const text = page('ours', [1, 2, 4], 1).split('\n').toReversed().join('\n');
    expect(sharesOf(text).map(([bound]) => bound)).toEqual([0.005, 0.025, Infinity]);
  });
});

describe('pairs of pods', () => {
  it('have one of each way, and each way goes first in every other pair', () => {
    const ways = Array.from({ length: 8 }, (_, turn) => wayOf(turn));
    expect(ways.join(' ')).toBe('through past past through through past past through');
  });

  it('have a time for every creation', async () => {
    const seen: Way[] = [];
    const times = await timePairs(async (way) => void seen.push(way), 3, 1_000);
    expect(seen.filter((way) => way === 'through')).toHaveLength(3);
    expect([...times.through, ...times.past].filter((time) => time >= 0)).toHaveLength(6);
  });

  it('end with the first creation that fails', async () => {
    let created = 0;
    const create = (): Promise<void> => {
      created += 1;
      return created === 2 ? Promise.reject(new Error('refused')) : Promise.resolve();
    };
    await expect(timePairs(create, 50, 1_000)).rejects.toThrow('refused');
    expect(created).toBeLessThan(100);
  });
});

describe('the typical difference of pairs', () => {
  it('is the median of the differences within each, not the difference of the medians', () => {
    const times = { through: [10, 100, 4], past: [9, 50, 5] };
    expect(typicalDifference(times).median).toBe(1);
  });

  it('lies between two ranks of a binomial distribution', () => {
    const through = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(typicalDifference({ through, past: through.map(() => 0) })).toEqual({
      median: 50,
      from: 41,
      to: 60,
    });
  });
});

describe('a page of results', () => {
  const text =
    'a\n<!-- bench -->\nold\n<!-- end of bench -->\nb\n<!-- bench on a cluster -->\n<!-- end of bench on a cluster -->\n';

  it('gets a text between the marks of its kind, and keeps everything else', () => {
    expect(withMarked(text, 'bench', 'new')).toBe(text.replace('\nold\n', '\n\nnew\n\n'));
    const written = withMarked(text, 'bench on a cluster', 'new');
    expect(written).toBe(text.replace('cluster -->\n<', 'cluster -->\n\nnew\n\n<'));
  });

  it('gets nothing when its marks are not there', () => {
    expect(() => withMarked('a', 'bench', 'new')).toThrow('lacks <!-- bench -->');
  });
});
