/** What a token claims about itself: good for turning nonsense away, never for believing anything. */
import { TOKEN_AUDIENCE } from '../injection/index.ts';

/** Longest token that is looked at, in characters; those of a cluster have about 1,200. */
const TOKEN_MAX = 8_192;
const SHAPE = /^[\w-]+\.([\w-]+)\.[\w-]+$/;

/**
 * Whether the API server could possibly accept the text for us: a JWT for our audience, bound to a pod and not expired
 * (kubernetes/kubernetes: pkg/serviceaccount/claims.go). Costs no API call; proves nothing.
 */
export function couldBePodToken(token: string, now: number): boolean {
  const payload = token.length > TOKEN_MAX ? undefined : SHAPE.exec(token)?.[1];
  if (payload === undefined) return false;
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims | null;
    return (
      [claims?.aud].flat().includes(TOKEN_AUDIENCE) &&
      typeof claims?.exp === 'number' &&
      claims.exp * 1_000 > now - CLOCK_SKEW_MS &&
      typeof claims['kubernetes.io']?.pod?.name === 'string'
    );
  } catch {
    return false;
  }
}

/** How far our clock may run ahead of the API server's, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000;

interface Claims {
  readonly aud?: unknown;
  readonly exp?: unknown;
  readonly 'kubernetes.io'?: { readonly pod?: { readonly name?: unknown } };
}
