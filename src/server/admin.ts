/** The plain port of the kubelet and of Prometheus: health and metrics, no data. */
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

/** What the pages report. */
export interface AdminParts {
  readonly registry: Registry;
  /** Null when requests can be answered, else what is wrong. */
  readonly unready: () => string | null;
}

/** Time for the headers and for a whole request, in milliseconds: pages are asked for without a body. */
const REQUEST_MS = 5_000;

/** A server for `/livez`, `/readyz` and `/metrics`; not listening yet. It only reads. */
export function createAdminServer(parts: AdminParts): Server {
  const metrics = shared(() => parts.registry.metrics());
  const limits = { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS };
  return createServer(limits, (request, response) => {
    const reply = (status: number, body: string, type = 'text/plain') => {
      response.writeHead(status, { 'Content-Type': type });
      response.end(body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      // What comes after the headers is not read: the connection ends.
      response.setHeader('Connection', 'close');
      return reply(405, 'only GET and HEAD are answered\n');
    }
    switch ((request.url ?? '').split('?')[0] ?? '') {
      case '/livez':
        reply(200, 'ok\n');
        break;
      case '/readyz': {
        const wrong = parts.unready();
        reply(wrong === null ? 200 : 503, `${wrong ?? 'ok'}\n`);
        break;
      }
      case '/metrics':
        metrics().then(
          (page) => reply(200, page, parts.registry.contentType),
          () => reply(500, 'metrics cannot be collected\n'),
        );
        break;
      default:
        reply(404, 'try /livez, /readyz or /metrics\n');
    }
  });
}

/** The work once for all who ask while it runs: a flood of scrapes costs no more than one after the other. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () =>
    (running ??= work().finally(() => {
      running = undefined;
    }));
}
