import { describe, expect, it } from 'vitest';
import { parseIndexTargets, sourcesList } from './debian.ts';

const DEBIAN = {
  packages: 'http://deb.debian.org/debian/',
  security: 'http://deb.debian.org/debian-security/',
};

describe('the mirrors of Debian', () => {
  it('are those that apt of this machine uses', () => {
    const text = [
      'Debian|bookworm-updates|http://mirror.test/updates/',
      'Debian|bookworm|http://mirror.test/debian/',
      'Debian|bookworm-security|http://mirror.test/security/',
    ].join('\n');
    expect(parseIndexTargets(text)).toEqual({
      packages: 'http://mirror.test/debian/',
      security: 'http://mirror.test/security/',
    });
  });

  it.each([
    ['nothing', ''],
    ['another vendor', 'Docker|bookworm|http://mirror.test/'],
    ['another distribution', 'Ubuntu|noble|http://mirror.test/ubuntu/'],
  ])('are its own where apt knows of %s', (_what, text) => {
    expect(parseIndexTargets(text)).toEqual(DEBIAN);
  });

  it('hold three parts of a release', () => {
    expect(sourcesList('trixie', { packages: 'http://a/', security: 'http://b/' })).toBe(
      'deb http://a/ trixie main\ndeb http://a/ trixie-updates main\ndeb http://b/ trixie-security main\n',
    );
  });
});
