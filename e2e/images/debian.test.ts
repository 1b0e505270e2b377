import { describe, expect, it } from 'vitest';
import { parseIndexTargets } from './debian.ts';

describe('the package sources of this machine', () => {
  it('are joined into one source for each release and mirror', () => {
    const text = [
      'Ubuntu|noble|main|http://mirror.test/ubuntu/',
      'Ubuntu|noble|universe|http://mirror.test/ubuntu/',
      'Ubuntu|noble-security|main|http://security.test/ubuntu/',
    ].join('\n');

    expect(parseIndexTargets(text, 'noble')).toEqual([
      { uri: 'http://mirror.test/ubuntu/', release: 'noble', components: ['main', 'universe'] },
      { uri: 'http://security.test/ubuntu/', release: 'noble-security', components: ['main'] },
    ]);
  });

  it.each([
    ['another vendor', 'Docker|bookworm|main|http://mirror.test/'],
    ['another release', 'Debian|trixie|main|http://mirror.test/'],
    ['a component that holds none of the packages', 'Debian|bookworm|non-free|http://mirror.test/'],
  ])('leave out %s', (_, line) => {
    expect(parseIndexTargets(line, 'bookworm')).toEqual([]);
  });
});
