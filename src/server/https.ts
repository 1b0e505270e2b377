/** The HTTPS server: express inside, the timeouts and the certificate outside. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import type { ServingCertificate } from '../tls/source.ts';

/** Above the 90 s that the API server keeps an idle connection, or a reused one would meet a closing server. */
const KEEP_ALIVE_MS = 95_000;
const HEADERS_MS = 32_000;
const REQUEST_MS = 30_000;

/** An application with our routes, JSON errors and nothing that names its parts. */
export function createApp(routers: readonly Router[], isDraining: () => boolean): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use((_request: Request, response: Response, next: NextFunction) => {
    if (isDraining()) response.setHeader('Connection', 'close');
    next();
  });
  for (const router of routers) app.use(router);
  app.use((request: Request, response: Response) => {
    response.status(404).json({ error: `nothing is served at ${request.method} ${request.path}` });
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const { status, type } = error as { status?: unknown; type?: unknown };
    const code = typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
    response.status(code).json({ error: typeof type === 'string' ? type : 'the request could not be read' });
  });
  return app;
}

/** A server that is not listening yet. */
export function createHttpsServer(app: Express, pair: ServingCertificate): Server {
  const server = createServer({ ...secureContext(pair), ALPNProtocols: ['http/1.1'] }, app);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  return server;
}

/** What TLS needs of a pair; also for `setSecureContext` when the pair changes. */
export function secureContext(pair: ServingCertificate): {
  key: string;
  cert: string;
  minVersion: 'TLSv1.2';
} {
  return { key: pair.key, cert: pair.certificate, minVersion: 'TLSv1.2' };
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
