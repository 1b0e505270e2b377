/** An authority and a leaf for the webhook's Service. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ServingCertificate } from './source.ts';

/** Life of authority and leaf, in days. Rotation comes with a later version, so both live long. */
const LIFE_DAYS = 3_650;
/** Back-dating that forgives clocks that differ between nodes, in milliseconds. */
const BACKDATE_MS = 5 * 60_000;
const DAY_MS = 24 * 3_600_000;

/** A new authority together with a leaf that it signed; the authority's key included. */
export interface GeneratedPair extends ServingCertificate {
  readonly authorityKey: string;
}

/**
 * Makes an EC P-256 authority and a leaf for the given names, both signed with SHA-256.
 *
 * The API server accepts no name outside the SAN and no SHA-1 signature, and `selfsigned` defaults to SHA-1 and RSA, so
 * every choice is spelled out here. It is loaded late because it takes 150 ms that a restart does not need.
 */
export async function generatePair(names: readonly string[], now = Date.now()): Promise<GeneratedPair> {
  const { generate } = await import('selfsigned');
  const validity = {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - BACKDATE_MS),
    notAfterDate: new Date(now + LIFE_DAYS * DAY_MS),
  } as const;
  const authority = await generate([{ name: 'commonName', value: 'galera-injector authority' }], {
    ...validity,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: names[0] ?? 'galera-injector' }], {
    ...validity,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2 as const, value })) },
    ],
  });
  return {
    certificate: leaf.cert,
    key: leaf.private,
    authority: authority.cert,
    authorityKey: authority.private,
  };
}

/** Null when the leaf is valid now, signed by the authority, good for the name and comes with its key; else what is wrong. */
export function findFault(pair: ServingCertificate, name: string, now = Date.now()): string | null {
  try {
    const leaf = new X509Certificate(pair.certificate);
    const authority = new X509Certificate(pair.authority);
    if (!leaf.verify(authority.publicKey)) return 'the certificate is not signed by its authority';
    if (!leaf.checkPrivateKey(createPrivateKey(pair.key))) return 'the key is not that of the certificate';
    if (leaf.checkHost(name, { subject: 'never' }) === undefined) return `the certificate is not for ${name}`;
    for (const [what, one] of [['certificate', leaf] as const, ['authority', authority] as const]) {
      if (Date.parse(one.validFrom) > now) return `the ${what} is not valid before ${one.validFrom}`;
      if (Date.parse(one.validTo) < now) return `the ${what} expired on ${one.validTo}`;
    }
    return null;
  } catch (error) {
    return `the certificate cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
