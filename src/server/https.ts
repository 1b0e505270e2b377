/** The HTTPS server: express inside, the timeouts and the certificate outside. */
import { constants } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import type { ServingCertificate } from '../tls/source.ts';
import { boundConnections, type ConnectionBounds } from './connections.ts';
import { sendFailure } from './send.ts';

/** Above the 90 s that the API server keeps an idle connection, or a reused one would meet a closing server. */
const KEEP_ALIVE_MS = 95_000;

/** Time and connections that callers may take; tests bring smaller ones. */
export interface ConnectionLimits extends ConnectionBounds {
  /** For the TLS handshake, in milliseconds. */
  readonly handshakeMs: number;
  /** For all headers, from the first byte or the beginning of the connection, in milliseconds. */
  readonly headersMs: number;
  /** For the whole request, in milliseconds. */
  readonly requestMs: number;
  /** How often the two are looked at, in milliseconds. */
  readonly checkMs: number;
}

const LIMITS: ConnectionLimits = {
  handshakeMs: 10_000,
  headersMs: 10_000,
  requestMs: 15_000,
  checkMs: 2_000,
  connections: 1_000,
  connectionsPerAddress: 300,
};

/** Where a process is: `draining` still answers, but on no connection twice; `late` only says to ask another replica. */
export type Phase = 'serving' | 'draining' | 'late';

/** An application with our routes, JSON errors and nothing that names its parts. `onFault` hears of what no route caught. */
export function createApp(
  routers: readonly Router[],
  phase: () => Phase,
  onFault: (error: unknown) => void = () => undefined,
): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use((_request: Request, response: Response, next: NextFunction) => {
    closeUnlessServing(response, phase);
    if (phase() !== 'late') return next();
    // The API server repeats a request that was answered so (client-go rest/with_retry.go), never one that was cut off.
    response.setHeader('Retry-After', '0');
    sendFailure(response, 503, 'this replica is stopping; ask again');
  });
  // Express answers OPTIONS by itself; here it is as unknown as any method other than POST.
  app.use((request: Request, response: Response, next: NextFunction) =>
    request.method === 'POST' ? next() : nothing(request, response),
  );
  for (const router of routers) app.use(router);
  app.use(nothing);
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const { status, type } = error as { status?: unknown; type?: unknown };
    const code = typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
    if (code === 500) onFault(error);
    sendFailure(response, code, typeof type === 'string' ? type : 'the request could not be read');
  });
  return app;
}

/** Decided when the answer leaves, not when the request comes: the signal to stop may arrive between the two. */
function closeUnlessServing(response: Response, phase: () => Phase): void {
  const writeHead = response.writeHead.bind(response);
  const write = (...given: Parameters<typeof writeHead>): Response => {
    if (phase() !== 'serving') response.setHeader('Connection', 'close');
    writeHead(...given);
    return response;
  };
  response.writeHead = write as typeof response.writeHead;
}

function nothing(request: Request, response: Response): void {
  sendFailure(response, 404, `nothing is served at ${request.method} ${request.path}`);
}

/** A server that is not listening yet. */
export function createHttpsServer(
  app: Express,
  pair: ServingCertificate,
  limits: ConnectionLimits = LIMITS,
): Server {
  const options = {
    ...secureContext(pair),
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: limits.handshakeMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
  };
  const server = createServer(options, app);
  boundConnections(server, limits);
  return server;
}

/** What TLS needs of a pair; also for `setSecureContext` when the pair changes. */
export function secureContext(pair: ServingCertificate): {
  key: string;
  cert: string;
  minVersion: 'TLSv1.2';
  secureOptions: number;
} {
  return {
    key: pair.key,
    cert: pair.certificate,
    minVersion: 'TLSv1.2',
    // A renegotiation costs us more than its caller; nobody needs one.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
}

/** Listens on all addresses; the port that was bound. */
export function listen(
  server: {
    listen(port: number, done: () => void): unknown;
    once(event: 'error', on: (e: Error) => void): unknown;
    address(): AddressInfo | string | null;
  },
  port: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
