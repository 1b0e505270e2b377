import { describe, expect, it } from 'vitest';
import { makeAuthority } from '../../src/tls/generate.ts';
import { GivenAuthorities, RotationCount } from './rotation-count.ts';
import { withSection } from './section.ts';

const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;

describe('a page of long runs', () => {
  const page = '# Long runs\n\n## Fuzz\n\nold\n\n## Restarts\n\nkept\n';

  it('gets a new section at its end', () => {
    expect(withSection('# Long runs\n', 'Rotations', 'text')).toBe('# Long runs\n\n## Rotations\n\ntext\n');
  });

  it('gets a section in place of the one of the same title, and keeps the others', () => {
    expect(withSection(page, 'Fuzz', 'new\n')).toBe('# Long runs\n\n## Fuzz\n\nnew\n\n## Restarts\n\nkept\n');
    expect(withSection(page, 'Restarts', 'new')).toBe(
      '# Long runs\n\n## Fuzz\n\nold\n\n## Restarts\n\nnew\n',
    );
  });
});

describe('the count of rotations', () => {
  it('counts a change of the leaf and of the first authority, nothing at the first look, nothing for a second authority', () => {
    const count = new RotationCount();
    const see = (authorities: string, chain: string) =>
      count.see({ 'ca.crt': authorities, 'tls.crt': chain });
    see(pem('A'), pem('1'));
    see(pem('A') + pem('B'), pem('1'));
    expect([count.leaves, count.authorities]).toEqual([0, 0]);
    see(pem('B') + pem('A'), pem('2') + pem('X'));
    see(pem('B'), pem('2') + pem('X'));
    expect([count.leaves, count.authorities]).toEqual([1, 1]);
  });
});

describe('what pods were given', () => {
  it('is relied on until shortly before its first authority ends', async () => {
    const given = new GivenAuthorities();
    const now = Date.now();
    const { certificate } = await makeAuthority(now, 10_000);
    given.add(certificate);
    given.add(certificate);
    expect(given.reliable(now, 2_000)).toEqual([certificate]);
    expect(given.reliable(now + 8_000, 2_000)).toEqual([]);
  });
});
