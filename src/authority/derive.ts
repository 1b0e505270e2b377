/** The authority of one cluster, derived from a root: nothing is kept for a cluster. */
import { createECDH, createHash, createPrivateKey, hkdfSync } from 'node:crypto';
import { BACKDATE_MS, type KeyPair, selfSigned } from '../tls/generate.ts';
import { endOf, type MemberLives, type Root } from './roots.ts';

/** A cluster whose members trust each other. A namespace that is made again under its old name is another one. */
export interface Circle {
  readonly namespaceUid: string;
  readonly cluster: string;
}

/** Order of the group of P-256 (SEC 2, 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** So many bytes more than the order has that the remainder favours no key (FIPS 186-5, A.2.1). */
const DERIVED_BYTES = 32 + 16;

/** The authority of a cluster under a root: always the same name and key; the certificate is signed at each call. */
export async function authorityOf(root: Root, circle: Circle, lives: MemberLives): Promise<KeyPair> {
  // Clients find an issuer by its name, which has at most 64 characters (RFC 5280, ub-common-name).
  const digest = createHash('sha256')
    .update(`${root.id} ${purposeOf(circle)}`)
    .digest('hex');
  return selfSigned(`galera-injector members ${digest.slice(0, 32)}`, privateKeyOf(root, circle), {
    from: root.born - BACKDATE_MS,
    until: endOf(root, lives),
  });
}

/** PEM, PKCS 8. */
function privateKeyOf(root: Root, circle: Circle): string {
  const derived = Buffer.from(hkdfSync('sha256', root.secret, '', purposeOf(circle), DERIVED_BYTES));
  const scalar = (BigInt(`0x${derived.toString('hex')}`) % (ORDER - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(d);
  // The first byte says that the point is not compressed.
  const point = ecdh.getPublicKey().subarray(1);
  const [x, y] = [point.subarray(0, 32), point.subarray(32)];
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: d.toString('base64url'),
    x: x.toString('base64url'),
    y: y.toString('base64url'),
  };
  return createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** No uid and no name holds a slash, so that no two clusters have the same text. */
function purposeOf({ namespaceUid, cluster }: Circle): string {
  return `galera-injector/member-authority/${namespaceUid}/${cluster}`;
}
