/** Authorities and leaves. */
import { createPublicKey, randomBytes, X509Certificate } from 'node:crypto';
import type { generate } from 'selfsigned';
import { splitPem } from './chain.ts';
import type { ServingCertificate } from './source.ts';

/** Back-dating that forgives clocks that differ between nodes, in milliseconds. */
export const BACKDATE_MS = 5 * 60_000;
const DAY_MS = 24 * 3_600_000;

/** A certificate with its key, PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** A new authority together with a leaf that it signed; the authority's key included. */
export interface GeneratedPair extends ServingCertificate {
  readonly authorityKey: string;
}

/** From when to when something is valid, in milliseconds since 1970; the beginning is dated back. */
interface Term {
  readonly now: number;
  readonly until: number;
}

type Options = NonNullable<Parameters<typeof generate>[1]>;

/**
 * Makes an EC P-256 authority. Its name is its own, because clients find the issuer of a certificate by name.
 *
 * `life` is in milliseconds.
 */
export async function makeAuthority(now: number, life: number): Promise<KeyPair> {
  return make(`galera-injector authority ${randomBytes(8).toString('hex')}`, {
    ...dates({ now, until: now + life }),
    extensions: AUTHORITY,
  });
}

/** Makes a leaf for the given DNS names, at most as long valid as the authority that signs it. */
export async function makeLeaf(names: readonly string[], authority: KeyPair, term: Term): Promise<KeyPair> {
  return signed({ names, addresses: [], isClient: false }, authority, term);
}

/** Whom a leaf is for. */
export interface LeafSubject {
  /** DNS names; the first one is also the common name. */
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  /** Whether its owner also calls others with it, and does not only answer. */
  readonly isClient: boolean;
}

/** Makes a leaf of any kind, at most as long valid as the authority that signs it. */
export async function signed(
  { names, addresses, isClient }: LeafSubject,
  authority: KeyPair,
  term: Term,
): Promise<KeyPair> {
  // RFC 5280, ub-common-name: 64 characters at most.
  return make((names[0] ?? 'galera-injector').slice(0, 64), {
    ...dates(within(term, authority)),
    ca: { key: authority.key, cert: authority.certificate },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, ...(isClient ? { clientAuth: true } : {}) },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
}

/** The authority `fresh` once more, signed by `old`: with it a client that knows only `old` trusts what `fresh` signs. */
export async function crossSign(fresh: KeyPair, old: KeyPair, now: number): Promise<string> {
  const { subject, validTo } = new X509Certificate(fresh.certificate);
  const { certificate } = await make(subject.replace(/^CN=/, ''), {
    ...dates(within({ now, until: Date.parse(validTo) }, old)),
    ca: { key: old.key, cert: old.certificate },
    keyPair: withPublicKey(fresh.key),
    extensions: AUTHORITY,
  });
  return certificate;
}

/** An authority of that name with a key that is there already. Times in milliseconds since 1970. */
export async function selfSigned(
  name: string,
  privateKey: string,
  { from, until }: { readonly from: number; readonly until: number },
): Promise<KeyPair> {
  return make(name, {
    notBeforeDate: new Date(from),
    notAfterDate: new Date(until),
    keyPair: withPublicKey(privateKey),
    extensions: AUTHORITY,
  });
}

/** Makes an authority of ten years and a leaf of as long for the given names. */
export async function generatePair(names: readonly string[], now = Date.now()): Promise<GeneratedPair> {
  const authority = await makeAuthority(now, 3_650 * DAY_MS);
  const leaf = await makeLeaf(names, authority, { now, until: now + 3_650 * DAY_MS });
  return { ...leaf, authority: authority.certificate, authorityKey: authority.key };
}

const AUTHORITY: NonNullable<Options['extensions']> = [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
];

function withPublicKey(privateKey: string): NonNullable<Options['keyPair']> {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return { privateKey, publicKey };
}

function within({ now, until }: Term, { certificate }: KeyPair): Term {
  return { now, until: Math.min(until, Date.parse(new X509Certificate(certificate).validTo)) };
}

function dates({ now, until }: Term): { notBeforeDate: Date; notAfterDate: Date } {
  return { notBeforeDate: new Date(now - BACKDATE_MS), notAfterDate: new Date(until) };
}

/**
 * The API server accepts no name outside the SAN and no SHA-1 signature, and `selfsigned` defaults to SHA-1 and RSA, so
 * every choice is spelled out here. It is loaded late because it takes 150 ms that a restart does not need.
 */
async function make(commonName: string, options: Options): Promise<KeyPair> {
  const selfsigned = await import('selfsigned');
  const made = await selfsigned.generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    ...options,
  });
  return { certificate: splitPem(made.cert).join(''), key: made.private };
}
