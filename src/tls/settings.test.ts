import { describe, expect, it } from 'vitest';
import { parseDuration, readCertificateSettings } from './settings.ts';

function problemsOf(env: Record<string, string>): string[] {
  const problems: string[] = [];
  readCertificateSettings(env, problems);
  return problems;
}

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['15s', 15_000],
    ['5m', 300_000],
    ['12h', 43_200_000],
    ['3650d', 315_360_000_000],
  ])('reads %s', (text, length) => expect(parseDuration(text)).toBe(length));

  it.each(['', '0s', '5', '1.5h', '-1s', '1y', '40000d', '5 s'])('does not read %j', (text) =>
    expect(parseDuration(text)).toBeNull(),
  );
});

describe('the settings of certificates', () => {
  it('name what is wrong, with the value and what is allowed', () => {
    expect(problemsOf({ GALERA_INJECTOR_CERTIFICATES: 'vault', GALERA_INJECTOR_LEAF_LIFE: 'long' })).toEqual([
      'GALERA_INJECTOR_CERTIFICATES is "vault"; allowed is self-managed, secret, files',
      'GALERA_INJECTOR_LEAF_LIFE is "long"; allowed is a number with ms, s, m, h or d, as 90d',
    ]);
  });

  it('leave time for several looks in the last third of each life', () => {
    const quick = { GALERA_INJECTOR_LEAF_LIFE: '59s', GALERA_INJECTOR_AUTHORITY_LIFE: '299s' };
    expect(problemsOf(quick).join()).toMatch(/LEAF_LIFE is 59000 ms.*AUTHORITY_LIFE is 299000 ms/);
    expect(problemsOf({ ...quick, GALERA_INJECTOR_CERTIFICATE_CHECK_INTERVAL: '1s' })).toEqual([]);
    expect(problemsOf({ GALERA_INJECTOR_AUTHORITY_LIFE: '89d' }).join()).toContain('shorter than');
    expect(problemsOf({ GALERA_INJECTOR_CERTIFICATE_CHECK_INTERVAL: '61s' }).join()).toContain('at most 1m');
  });
});

describe('the lives of the members’ certificates', () => {
  const lives = { MEMBER_LEAF_LIFE: '60s', MEMBER_AUTHORITY_LIFE: '200s', MEMBER_OVERLAP: '20s' };
  const problems = (changes: Partial<typeof lives>) =>
    problemsOf(
      Object.fromEntries(
        Object.entries({ ...lives, ...changes }).map(([name, value]) => [`GALERA_INJECTOR_${name}`, value]),
      ),
    ).join();

  it.each([
    ['as short as a test may want them', {}, /^$/],
    [
      'with an overlap in which members cannot ask often enough',
      { MEMBER_OVERLAP: '11s' },
      /OVERLAP is 11000 ms/,
    ],
    [
      'with certificates that end within the overlap',
      { MEMBER_LEAF_LIFE: '19s' },
      /LEAF_LIFE is shorter than/,
    ],
    [
      'with authorities that end before their successor signs',
      { MEMBER_AUTHORITY_LIFE: '159s' },
      /than twice/,
    ],
  ] as const)('%s', (_, changes, expected) => {
    expect(problems(changes)).toMatch(expected);
  });
});
