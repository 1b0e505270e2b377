/** Bodies of requests: refused by their headers where that is enough, else read within bounds and never inflated. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Budget } from './budget.ts';

/** A request that is turned away; `status` says whose fault it is. */
export class TurnedAwayError extends Error {
  override name = 'TurnedAwayError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What a body may be. */
export interface BodyRules {
  readonly type: string;
  /** Largest body, in bytes. */
  readonly limit: number;
  /** Bytes that all bodies of this kind may hold at one time. */
  readonly budget: Budget;
}

/** Bodies up to this size, in bytes, are counted apart, so that large ones cannot keep ordinary reviews out. */
const SMALL = 256 * 1024;

/** A body that was read. */
export interface Body {
  readonly bytes: Buffer;
  /** Gives its share of the budget back before the response is closed: the bytes are not looked at again. */
  readonly release: () => void;
}

/**
 * Reads the body. Its bytes count against the budget until the response is closed.
 * @throws TurnedAwayError 400, 413, 415 or 429
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  rules: BodyRules,
): Promise<Body> {
  checkHeaders(request, rules);
  // Nothing more would ever be heard of a request that was cut off while its caller was being identified.
  if (request.destroyed) throw new TurnedAwayError(400, 'the body ended early');
  const declared = request.headers['content-length'];
  const share = rules.budget.share(declared !== undefined && Number(declared) <= SMALL ? 'small' : 'large');
  response.once('close', () => share.release());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (error: TurnedAwayError): void => {
      request.removeAllListeners('data').pause();
      chunks.length = 0;
      share.release();
      reject(error);
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > rules.limit) return fail(tooLarge(rules));
      if (!share.take(chunk.length)) {
        return fail(new TurnedAwayError(429, 'too many bytes are being read; ask again in a second'));
      }
      chunks.push(chunk);
    });
    const cutOff = (): void => {
      if (!request.readableEnded) fail(new TurnedAwayError(400, 'the body ended early'));
    };
    request.once('end', () => resolve({ bytes: Buffer.concat(chunks), release: () => share.release() }));
    request.once('error', cutOff);
    request.once('close', cutOff);
  });
}

/** Puts the status of a refusal on the response. What is left of the body is not read: the connection ends. */
export function prepareRefusal(response: ServerResponse, error: TurnedAwayError): void {
  response.statusCode = error.status;
  response.setHeader('Connection', 'close');
  if (error.status === 429) response.setHeader('Retry-After', '1');
}

function checkHeaders({ headers }: IncomingMessage, rules: BodyRules): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new TurnedAwayError(415, 'Content-Encoding must be absent: nothing is inflated here');
  }
  const [type, ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const utf8 = parameters.every((one) => /^\s*charset="?utf-8"?\s*$/.test(one));
  if (type?.trim() !== rules.type || !utf8) {
    throw new TurnedAwayError(415, `Content-Type must be ${rules.type}, in UTF-8`);
  }
  if (Number(headers['content-length'] ?? 0) > rules.limit) throw tooLarge(rules);
}

function tooLarge(rules: BodyRules): TurnedAwayError {
  return new TurnedAwayError(413, `the body has more than ${rules.limit} bytes`);
}
