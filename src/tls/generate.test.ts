import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findFault } from './chain.ts';
import { crossSign, generatePair, makeAuthority, makeLeaf } from './generate.ts';

const NAME = 'galera-injector.galera-system.svc';

describe('a generated pair', () => {
  it('is an EC leaf for the Service, signed with SHA-256 by its own authority', async () => {
    const pair = await generatePair([NAME]);
    const leaf = new X509Certificate(pair.certificate);
    const authority = new X509Certificate(pair.authority);
    expect(leaf.publicKey.asymmetricKeyType).toBe('ec');
    expect(leaf.subjectAltName).toBe(`DNS:${NAME}`);
    expect(leaf.verify(authority.publicKey)).toBe(true);
    expect(authority.ca).toBe(true);
    expect(leaf.ca).toBe(false);
    // The API server refuses SHA-1; the DER of ecdsa-with-SHA256 is 1.2.840.10045.4.3.2.
    expect(leaf.raw.includes(Buffer.from('06082a8648ce3d040302', 'hex'))).toBe(true);
    expect(findFault(pair, NAME)).toBeNull();
  });

  it('is dated back, so that a clock five minutes behind accepts it', async () => {
    const pair = await generatePair([NAME]);
    expect(findFault(pair, NAME, Date.now() - 4 * 60_000)).toBeNull();
    expect(findFault(pair, NAME, Date.now() - 10 * 60_000)).toContain('not valid before');
  });
});

describe('an authority that the one before it has signed', () => {
  it('leads clients of the old authority to the leaves of the new one, and ends with the old one', async () => {
    const now = Date.now();
    const [old, fresh] = [await makeAuthority(now, 60_000), await makeAuthority(now, 600_000)];
    const leaf = await makeLeaf([NAME], fresh, { now, until: now + 30_000 });
    const cross = await crossSign(fresh, old, now);
    const pair = { ...leaf, certificate: leaf.certificate + cross };
    const trust = ({ certificate }: { certificate: string }, at = now) =>
      findFault({ ...pair, authority: certificate }, NAME, at);
    expect([trust(old), trust(fresh)]).toEqual([null, null]);
    expect(trust(await makeAuthority(now, 60_000))).toContain('not signed by its authority');
    expect(findFault({ ...leaf, authority: old.certificate }, NAME)).toContain('not signed by its authority');
    expect(new X509Certificate(cross).validTo).toBe(new X509Certificate(old.certificate).validTo);
  });
});

describe('findFault', () => {
  it('names the fault of a pair that must not be served', async () => {
    const pair = await generatePair([NAME]);
    const other = await generatePair([NAME]);
    expect(findFault(pair, 'other.galera-system.svc')).toBe(
      'the certificate is not for other.galera-system.svc',
    );
    expect(findFault({ ...pair, authority: other.authority }, NAME)).toContain('not signed by its authority');
    expect(findFault(pair, NAME, Date.now() + 4_000 * 24 * 3_600_000)).toContain('expired');
    expect(findFault({ ...pair, certificate: 'rubbish' }, NAME)).toContain('cannot be read');
  });
});
