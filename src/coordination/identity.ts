/** Who calls: the pod that the API server says a token belongs to. */
import { createHash } from 'node:crypto';
import { TOKEN_AUDIENCE } from '../injection/index.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';

/** How long an answer of the API about one token is kept, in milliseconds. */
const REMEMBERED_MS = 60_000;
/** Tokens remembered at once: a bound on memory, far above the pods that start at one time. */
const REMEMBERED_MAX = 1_000;

/** The pod that a token was issued to. */
export interface Caller {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
}

/** Says whom a token belongs to; null for one that is not good. */
export type Authenticate = (token: string) => Promise<Caller | null>;

/** Authentication by TokenReview. Answers are remembered for a minute, refusals too, by the token's hash. */
export function createAuthenticate(client: KubernetesClient, now: () => number = Date.now): Authenticate {
  const known = new Map<string, { caller: Caller | null; until: number }>();
  return async (token) => {
    const key = createHash('sha256').update(token).digest('base64');
    const before = known.get(key);
    if (before !== undefined && before.until > now()) return before.caller;
    const caller = await review(client, token);
    if (known.size >= REMEMBERED_MAX) known.clear();
    known.set(key, { caller, until: now() + REMEMBERED_MS });
    return caller;
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
