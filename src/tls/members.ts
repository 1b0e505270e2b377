/** Key and certificates that a user brings for the members of a cluster: whether they will do. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { pathToAuthority, splitPem, untimely } from './chain.ts';

/** The files of a Secret, as cert-manager writes them. */
export const MEMBER_FILES = ['ca.crt', 'tls.crt', 'tls.key'] as const;
export type MemberFiles = Readonly<Record<(typeof MEMBER_FILES)[number], string>>;

/** Extended key usages (RFC 5280, 4.2.1.12) by the names that cert-manager has for them. */
const USAGES = { 'server auth': '1.3.6.1.5.5.7.3.1', 'client auth': '1.3.6.1.5.5.7.3.2' } as const;

/** A name of other characters would mean something to socat and to the shell that rsync runs it with. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Finds out whether members can use the files, and gives the name that one of them may expect of another.
 *
 * @throws Error that names what is wrong and the remedy
 */
export function checkMemberFiles(files: MemberFiles, now = Date.now()): string {
  for (const name of MEMBER_FILES) {
    if (files[name].trim() === '')
      throw new Error(`it has no ${name}; put it there: ca.crt, tls.crt and tls.key, as cert-manager does`);
  }
  const [leaf, others] = certificates(files, 'tls.crt');
  const [first, more] = certificates(files, 'ca.crt');
  checkTimes('certificate in tls.crt', leaf, now);
  if (!leaf.checkPrivateKey(privateKey(files['tls.key'])))
    throw new Error(
      'tls.key does not belong to tls.crt; put the key there that the certificate was made for',
    );
  checkAuthority(leaf, others, [first, ...more], now);
  checkUsages(leaf);
  return nameOf(leaf);
}

function certificates(
  files: MemberFiles,
  name: 'ca.crt' | 'tls.crt',
): readonly [X509Certificate, readonly X509Certificate[]] {
  try {
    const [first, ...others] = splitPem(files[name]).map((block) => new X509Certificate(block));
    if (first !== undefined) return [first, others];
  } catch (error) {
    throw new Error(`${name} holds a certificate that cannot be read (${explain(error)}); make it again`, {
      cause: error,
    });
  }
  throw new Error(
    `${name} holds no certificate in PEM; put one there that begins with -----BEGIN CERTIFICATE`,
  );
}

function privateKey(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw new Error(
      `tls.key holds no private key that can be read (${explain(error)}); give it in PEM and without a pass phrase`,
      { cause: error },
    );
  }
}

function checkTimes(what: string, certificate: X509Certificate, now: number): void {
  const fault = untimely(what, certificate, now);
  if (fault === null) return;
  const remedy = fault.includes('expired') ? 'renew it' : 'wait, or correct the clock of the node';
  throw new Error(`${fault}; ${remedy}`);
}

/** Servers and socat (OpenSSL) trust nothing but a root: an authority in ca.crt that another one signed is on the way only. */
function checkAuthority(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  now: number,
): void {
  const roots = authorities.filter((one) => one.checkIssued(one));
  const between = [...others, ...authorities.filter((one) => !roots.includes(one))];
  const path = pathToAuthority(leaf, between, roots, now);
  if (path === null) {
    throw new Error(
      `tls.crt is signed by ${oneLine(leaf.issuer)}, which does not lead to a root authority in ca.crt; put that root there`,
    );
  }
  for (const one of path) checkTimes(`authority ${oneLine(one.subject)}`, one, now);
}

function checkUsages(leaf: X509Certificate): void {
  // Node calls them key usages, and gives none where the certificate does not restrict them.
  const usages: readonly string[] | undefined = leaf.keyUsage;
  if (usages === undefined) return;
  const lacking = Object.entries(USAGES).filter(([, oid]) => !usages.includes(oid));
  if (lacking.length === 0) return;
  const names = lacking.map(([name]) => name).join(' and ');
  throw new Error(
    `tls.crt is not for ${names}, and members both call and answer; make it for the usages server auth and client auth`,
  );
}

/** The common name, else the first DNS name, that can be one. */
function nameOf(leaf: X509Certificate): string {
  // Undefined where it is empty, whatever the types say.
  const subject = leaf.subject as string | undefined;
  const common = (subject ?? '').split('\n').filter((part) => part.startsWith('CN='));
  const alternative = (leaf.subjectAltName ?? '').split(', ').filter((part) => part.startsWith('DNS:'));
  const names = [...common, ...alternative].map((part) => part.slice(part.search(/[=:]/) + 1));
  const name = names.find((one) => NAME.test(one));
  if (name !== undefined) return name;
  throw new Error(
    'tls.crt has no name of letters, digits, dots and dashes; give it a common name or a DNS name, such as db-members',
  );
}

/** A distinguished name, which Node gives in lines. */
function oneLine(name: string): string {
  return JSON.stringify(name.replaceAll('\n', ', '));
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
