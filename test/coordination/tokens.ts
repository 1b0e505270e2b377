/** Tokens as the API server issues them, signed by nobody. */

const EXPIRY = Math.floor(Date.now() / 1_000) + 3_600;
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token that claims to be bound to a pod; `tweak` changes its claims. */
export function podToken(pod: string, tweak: Readonly<Record<string, unknown>> = {}): string {
  const claims = {
    aud: ['galera-injector'],
    exp: EXPIRY,
    'kubernetes.io': { namespace: 'shop', pod: { name: pod, uid: `uid-of-${pod}` } },
    ...tweak,
  };
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;
}

/** What the API server says to the token of a pod. */
export function reviewOf(pod: string, tweak: Readonly<Record<string, unknown>> = {}): object {
  return {
    status: {
      authenticated: true,
      audiences: ['galera-injector'],
      user: {
        username: 'system:serviceaccount:shop:default',
        extra: {
          'authentication.kubernetes.io/pod-name': [pod],
          'authentication.kubernetes.io/pod-uid': [`uid-of-${pod}`],
        },
      },
      ...tweak,
    },
  };
}
