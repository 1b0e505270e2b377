/** Who calls: the pod that the API server says a token belongs to. */
import { createHash } from 'node:crypto';
import { TOKEN_AUDIENCE } from '../injection/index.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { couldBePodToken } from './token.ts';

/** How long an answer of the API about one token is kept, in milliseconds. */
const REMEMBERED_MS = 60_000;
/** Good tokens remembered at once, and as many bad ones: a bound on memory, far above the pods that start at one time. */
const REMEMBERED_MAX = 1_000;
/** Questions to the API at one time; more are turned away. */
const REVIEWS_AT_ONCE = 16;
/** Bad tokens that one address may have looked up in a minute. A pod has one token and so one refusal. */
const REFUSALS_PER_ADDRESS = 10;

/** The pod that a token was issued to. */
export interface Caller {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
}

/** Too many tokens to look up; the caller may ask again in a second. */
export class TooManyTokensError extends Error {
  override name = 'TooManyTokensError';
}

/**
 * Says whom a token belongs to; null for one that is not good. `address` is where the call came from.
 * @throws TooManyTokensError
 */
export type Authenticate = (token: string, address: string) => Promise<Caller | null>;

/**
 * Authentication by TokenReview. Answers are remembered for a minute, refusals too, by the token's hash and apart from
 * each other: a flood of bad tokens neither costs an API call each nor displaces the good ones.
 */
export function createAuthenticate(client: KubernetesClient, now: () => number = Date.now): Authenticate {
  const good = createMemory<Caller>(now);
  const bad = createMemory<true>(now);
  const refusals = createMemory<number>(now);
  const underWay = new Map<string, Promise<Caller | null>>();

  async function lookUp(key: string, token: string, address: string): Promise<Caller | null> {
    const caller = await review(client, token);
    if (caller !== null) good.set(key, caller);
    else {
      bad.set(key, true);
      refusals.set(address, (refusals.get(address) ?? 0) + 1);
    }
    return caller;
  }

  return async (token, address) => {
    if (!couldBePodToken(token, now())) return null;
    const key = createHash('sha256').update(token).digest('base64');
    const known = good.get(key);
    if (known !== undefined) return known;
    if (bad.get(key) === true) return null;
    const running = underWay.get(key);
    if (running !== undefined) return running;
    if (underWay.size >= REVIEWS_AT_ONCE) throw new TooManyTokensError('too many tokens at once; ask again');
    if ((refusals.get(address) ?? 0) >= REFUSALS_PER_ADDRESS) {
      throw new TooManyTokensError(`too many bad tokens from ${address}; ask again in a minute`);
    }
    const work = lookUp(key, token, address).finally(() => underWay.delete(key));
    underWay.set(key, work);
    return work;
  };
}

interface Memory<T> {
  get(key: string): T | undefined;
  /** Keeps a value; one that is already there keeps its age. */
  set(key: string, value: T): void;
}

/** Values for a minute, the oldest dropped when there are too many. */
function createMemory<T>(now: () => number): Memory<T> {
  const kept = new Map<string, { value: T; until: number }>();
  const get = (key: string) => {
    const found = kept.get(key);
    return found !== undefined && found.until > now() ? found : undefined;
  };
  return {
    get: (key) => get(key)?.value,
    set(key, value) {
      const until = get(key)?.until ?? now() + REMEMBERED_MS;
      kept.delete(key);
      const oldest = kept.size >= REMEMBERED_MAX ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(key, { value, until });
    },
  };
}

async function review(client: KubernetesClient, token: string): Promise<Caller | null> {
  const { status } = await client.authentication.createTokenReview({
    body: { spec: { token, audiences: [TOKEN_AUDIENCE] } },
  });
  if (status?.authenticated !== true || !(status.audiences ?? []).includes(TOKEN_AUDIENCE)) return null;
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(status.user?.username ?? '')?.[1];
  const pod = status.user?.extra?.['authentication.kubernetes.io/pod-name']?.[0];
  const podUid = status.user?.extra?.['authentication.kubernetes.io/pod-uid']?.[0];
  // A token that is not bound to a pod speaks for no pod.
  return namespace === undefined || pod === undefined || podUid === undefined
    ? null
    : { namespace, pod, podUid };
}
