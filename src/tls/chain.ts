/** What a client that trusts certain authorities thinks of a served chain. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ServingCertificate } from './source.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, one text each, ended by a newline. */
export function splitPem(text: string): readonly string[] {
  return (text.match(BLOCK) ?? []).map((block) => `${block}\n`);
}

/** Begin and end of a certificate's validity, in milliseconds since 1970. */
export function validityOf(certificate: string | X509Certificate): { from: number; to: number } {
  const { validFrom, validTo } =
    typeof certificate === 'string' ? new X509Certificate(certificate) : certificate;
  return { from: Date.parse(validFrom), to: Date.parse(validTo) };
}

/** Null when the leaf is valid now, leads to an authority, is good for the name and comes with its key; else what is wrong. */
export function findFault(pair: ServingCertificate, name: string, now = Date.now()): string | null {
  try {
    const [leaf, ...others] = parse(pair.certificate);
    const authorities = parse(pair.authority);
    if (leaf === undefined || authorities.length === 0) return 'the certificate cannot be read: no PEM block';
    const path = pathToAuthority(leaf, others, authorities, now);
    if (path === null) return 'the certificate is not signed by its authority';
    if (!leaf.checkPrivateKey(createPrivateKey(pair.key))) return 'the key is not that of the certificate';
    if (leaf.checkHost(name, { subject: 'never' }) === undefined) return `the certificate is not for ${name}`;
    return (
      untimely('certificate', leaf, now) ??
      path.map((one) => untimely('authority', one, now)).find(Boolean) ??
      null
    );
  } catch (error) {
    return `the certificate cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** When the leaf and the authority that it leads to expire, in milliseconds since 1970; null for what cannot be read. */
export function expiries(pair: ServingCertificate): { leaf: number; authority: number } | null {
  try {
    const [leaf, ...others] = parse(pair.certificate);
    if (leaf === undefined) return null;
    const authority = pathToAuthority(leaf, others, parse(pair.authority), Date.now())?.at(-1);
    return authority === undefined
      ? null
      : { leaf: validityOf(leaf).to, authority: validityOf(authority).to };
  } catch {
    return null;
  }
}

function parse(text: string): readonly X509Certificate[] {
  return splitPem(text).map((block) => new X509Certificate(block));
}

/** The issuers from the leaf's own up to an authority; those that are valid now are preferred. */
export function pathToAuthority(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  now: number,
): readonly X509Certificate[] | null {
  const path: X509Certificate[] = [];
  let last = leaf;
  for (;;) {
    const issuer = issuerOf(last, authorities, now);
    if (issuer !== undefined) return [...path, issuer];
    const between = issuerOf(
      last,
      others.filter((one) => !path.includes(one)),
      now,
    );
    if (between === undefined) return null;
    path.push(between);
    last = between;
  }
}

function issuerOf(
  certificate: X509Certificate,
  candidates: readonly X509Certificate[],
  now: number,
): X509Certificate | undefined {
  const issuers = candidates.filter(
    (one) => certificate.checkIssued(one) && certificate.verify(one.publicKey),
  );
  return issuers.find((one) => untimely('', one, now) === null) ?? issuers[0];
}

/** Why a certificate is not good now, if it is not; `what` says what it is. */
export function untimely(what: string, certificate: X509Certificate, now: number): string | null {
  const { from, to } = validityOf(certificate);
  if (from > now) return `the ${what} is not valid before ${certificate.validFrom}`;
  return to <= now ? `the ${what} expired on ${certificate.validTo}` : null;
}
