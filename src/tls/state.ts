/** What the replicas share: the authorities, the leaf, and how a Secret keeps them. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { splitPem } from './chain.ts';
import type { KeyPair } from './generate.ts';
import type { ServingCertificate } from './source.ts';

/** Authorities and leaf at one moment. */
export interface State {
  /** Signs leaves. */
  readonly signing: KeyPair;
  /** Trusted already, signs nothing yet; null when no roll is under way. */
  readonly next: KeyPair | null;
  /** Certificates of authorities that sign nothing any more, and are trusted while a leaf of theirs may be served. */
  readonly retired: readonly string[];
  readonly leaf: KeyPair;
  /** The signing authority signed by the one before it, that one by its own predecessor, and so on. */
  readonly crossSigned: readonly string[];
  /** Leaves that were replaced and have not expired: a replica that could not read the Secret may serve them still. */
  readonly oldLeaves: readonly string[];
}

/** What a replica serves and publishes in this state. */
export function served(state: State): ServingCertificate {
  return {
    certificate: [state.leaf.certificate, ...state.crossSigned].join(''),
    key: state.leaf.key,
    // The signing authority is the first: a version that reads one authority only gets the right one.
    authority: [state.signing.certificate, state.next?.certificate ?? '', ...state.retired].join(''),
  };
}

/** The data of the Secret that keeps a state, as text. */
export function toSecretData(state: State): Readonly<Record<string, string>> {
  const { certificate, key, authority } = served(state);
  return {
    'ca.crt': authority,
    'ca.key': state.signing.key,
    ...(state.next === null ? {} : { 'next-ca.key': state.next.key }),
    'tls.crt': certificate,
    'tls.key': key,
    ...(state.oldLeaves.length === 0 ? {} : { 'old-tls.crt': state.oldLeaves.join('') }),
  };
}

/** The state that a Secret's data keeps, or null when it is not one that this version can go on from. */
export function fromSecretData(data: Readonly<Record<string, string>>): State | null {
  try {
    const authorities = splitPem(data['ca.crt'] ?? '');
    const [certificate, ...crossSigned] = splitPem(data['tls.crt'] ?? '');
    const signing = ofKey(authorities, data['ca.key'] ?? '');
    if (signing === null || certificate === undefined) return null;
    const leaf = ofKey([certificate], data['tls.key'] ?? '');
    if (leaf === null) return null;
    const next = ofKey(authorities, data['next-ca.key'] ?? '');
    const known = [signing.certificate, next?.certificate];
    const retired = authorities.filter((one) => !known.includes(one));
    return { signing, next, retired, leaf, crossSigned, oldLeaves: splitPem(data['old-tls.crt'] ?? '') };
  } catch {
    return null;
  }
}

/** The certificate that the key is for. @throws when the key or a certificate cannot be parsed */
function ofKey(certificates: readonly string[], key: string): KeyPair | null {
  if (key === '') return null;
  const secret = createPrivateKey(key);
  const certificate = certificates.find((one) => new X509Certificate(one).checkPrivateKey(secret));
  return certificate === undefined ? null : { certificate, key };
}
