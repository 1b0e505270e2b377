/** When authorities and leaf change, and how one state follows from another. No state breaks a client of the one before. */
import { X509Certificate } from 'node:crypto';
import { validityOf } from './chain.ts';
import { BACKDATE_MS, crossSign, type KeyPair, makeAuthority, makeLeaf } from './generate.ts';
import type { State } from './state.ts';

/** The part of its life after which a certificate is replaced, and what jitter may add to it. */
const RENEW_AFTER = 2 / 3;
const JITTER = 1 / 20;

/** Lives and waits, in milliseconds. */
export interface Lives {
  readonly leaf: number;
  readonly authority: number;
  /** From the publication of the next authority until it signs. */
  readonly overlap: number;
}

/** What a step is decided by. */
export interface Moment {
  readonly now: number;
  readonly lives: Lives;
  /** DNS names of the leaf. */
  readonly names: readonly string[];
  /** From 0 to 1, another for each replica, so that they do not all begin at once. */
  readonly jitter: number;
}

/**
 * The next thing to do:
 * - `found`: begin again, because no authority can sign any more
 * - `switch`: let the next authority sign
 * - `renew`: make a new leaf
 * - `publish`: make the next authority, to be trusted beside the others
 * - `drop`: stop trusting authorities whose last leaf has expired
 */
export type Step = 'keep' | 'found' | 'switch' | 'renew' | 'publish' | 'drop';

/** Decides by wall-clock time alone. `published`: whether the caBundle holds what the state says, looked at just now. */
export function decide(state: State, moment: Moment, published: boolean): Step {
  const { now, lives } = moment;
  const signing = validityOf(state.signing.certificate);
  const next = state.next === null ? null : validityOf(state.next.certificate);
  const nextUsable = next !== null && isValid(next, now);
  if (signing.to <= now) return nextUsable ? 'switch' : 'found';
  // A clock that is behind the authority's first second: time heals that, a new authority would break all clients.
  if (signing.from > now) return 'keep';
  if (nextUsable && published && now - next.from - BACKDATE_MS >= lives.overlap) return 'switch';
  if (isDue(state.leaf.certificate, lives.leaf, moment)) return 'renew';
  if (!fits(state.leaf.certificate, state.signing, moment.names)) return 'renew';
  if ((next === null || next.to <= now) && isDue(state.signing.certificate, lives.authority, moment))
    return 'publish';
  return prune(state, now).retired.length < state.retired.length ? 'drop' : 'keep';
}

/** The state after a step; for `found`, `state` may be null. */
export async function follow(state: State | null, step: Step, moment: Moment): Promise<State> {
  const { now, lives } = moment;
  if (state === null || step === 'found') return found(moment);
  switch (step) {
    case 'renew':
      return prune(await withLeaf(state, moment), now);
    case 'publish':
      return prune({ ...state, next: await makeAuthority(now, lives.authority) }, now);
    case 'switch':
      return prune(await withLeaf(await promoted(state, now), moment), now);
    case 'drop':
      return prune(state, now);
    case 'keep':
      return state;
  }
}

async function found(moment: Moment): Promise<State> {
  const { now, lives, names } = moment;
  const signing = await makeAuthority(now, lives.authority);
  const leaf = await makeLeaf(names, signing, { now, until: now + lives.leaf });
  return { signing, next: null, retired: [], leaf, crossSigned: [], oldLeaves: [] };
}

async function withLeaf(state: State, { now, lives, names }: Moment): Promise<State> {
  return {
    ...state,
    leaf: await makeLeaf(names, state.signing, { now, until: now + lives.leaf }),
    oldLeaves: [...state.oldLeaves, state.leaf.certificate],
  };
}

/** The next authority signs, and is signed itself by the one before, for clients that know only that one. */
async function promoted(state: State, now: number): Promise<State> {
  const { signing, next } = state;
  if (next === null) return state;
  const link = validityOf(signing.certificate).to > now ? [await crossSign(next, signing, now)] : [];
  return {
    ...state,
    signing: next,
    next: null,
    retired: [signing.certificate, ...state.retired],
    crossSigned: [...link, ...state.crossSigned],
  };
}

/** Without what has expired, and without retired authorities of which no leaf can be in use any more. */
function prune(state: State, now: number): State {
  const lives = (certificate: string): boolean => validityOf(certificate).to > now;
  const oldLeaves = state.oldLeaves.filter(lives);
  const leaves = oldLeaves.map((one) => new X509Certificate(one));
  const retired = state.retired.filter((certificate) => {
    const authority = new X509Certificate(certificate);
    return leaves.some((leaf) => leaf.checkIssued(authority));
  });
  return { ...state, oldLeaves, retired, crossSigned: state.crossSigned.filter(lives) };
}

/** Whether it is not valid now, or has passed two thirds of its life or of the life that is wished for now. */
function isDue(certificate: string, wished: number, { now, jitter }: Moment): boolean {
  const validity = validityOf(certificate);
  if (!isValid(validity, now)) return true;
  const born = validity.from + BACKDATE_MS;
  return now - born >= Math.min(validity.to - born, wished) * (RENEW_AFTER + JITTER * jitter);
}

function isValid({ from, to }: { from: number; to: number }, now: number): boolean {
  return from <= now && now < to;
}

/** Whether the leaf is for all names and signed by the authority that signs now. */
function fits(certificate: string, signing: KeyPair, names: readonly string[]): boolean {
  const leaf = new X509Certificate(certificate);
  const issued = leaf.verify(new X509Certificate(signing.certificate).publicKey);
  return issued && names.every((name) => leaf.checkHost(name, { subject: 'never' }) !== undefined);
}
