/** A member's certificate: made for one pod, signed by the authority of its cluster, trusted by the other members. */
import { type KeyPair, signed } from '../tls/generate.ts';
import { authorityOf, type Circle } from './derive.ts';
import { endOf, type MemberLives, type Root, signingRoot } from './roots.ts';

/** What a member needs to prove who it is and to recognise the others. PEM. */
export interface MemberPair extends KeyPair {
  /** The authorities that the member trusts, that which signed its own certificate first. */
  readonly authorities: string;
  /** Says which authorities these are and when the certificate ends: the member says it when it asks again. */
  readonly tag: string;
}

/** For whom. */
export interface Subject extends Circle {
  /** Names by which clients may call the member; the first is its own. */
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

/** The part of its life after which a certificate is replaced: weeks are left for a coordinator that is away. */
const RENEW_AFTER = 1 / 2;

/** Whether what the tag says is still good: the same authorities, and a certificate with half of its life before it. */
export function isCurrent(tag: string, roots: readonly Root[], now: number, lives: MemberLives): boolean {
  if (tag.split(':')[0] !== idsOf(signingFirst(roots, now, lives))) return false;
  return (endOfTag(tag) ?? now) - now > lives.leaf * (1 - RENEW_AFTER);
}

/** When a certificate ends by its tag, in milliseconds since 1970; null for what is no tag. */
export function endOfTag(tag: string): number | null {
  const until = /:(\d{1,15})$/.exec(tag)?.[1];
  return until === undefined ? null : Number(until);
}

/** Makes key and certificate of a member. @throws Error when there is no root */
export async function issue(
  subject: Subject,
  roots: readonly Root[],
  now: number,
  lives: MemberLives,
): Promise<MemberPair> {
  const trusted = signingFirst(roots, now, lives);
  const authorities = await Promise.all(trusted.map((root) => authorityOf(root, subject, lives)));
  const [signing, authority] = [trusted[0], authorities[0]];
  if (signing === undefined || authority === undefined) throw new Error('there is no root to sign with');
  const until = Math.min(now + lives.leaf, endOf(signing, lives));
  const pair = await signed({ ...subject, isClient: true }, authority, { now, until });
  return {
    ...pair,
    authorities: authorities.map(({ certificate }) => certificate).join(''),
    tag: `${idsOf(trusted)}:${until}`,
  };
}

/** The root that signs, then the others by their ids. */
function signingFirst(roots: readonly Root[], now: number, lives: MemberLives): readonly Root[] {
  const signing = signingRoot(roots, now, lives);
  const others = roots.filter((root) => root !== signing).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return signing === null ? others : [signing, ...others];
}

function idsOf(roots: readonly Root[]): string {
  return roots.map(({ id }) => id).join(',');
}
