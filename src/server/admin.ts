/** The plain port of the kubelet and of Prometheus: health and metrics, no data. */
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

/** What the pages report. */
export interface AdminParts {
  readonly registry: Registry;
  /** Null when requests can be answered, else what is wrong. */
  readonly unready: () => string | null;
}

/** A server for `/livez`, `/readyz` and `/metrics`; not listening yet. */
export function createAdminServer(parts: AdminParts): Server {
  return createServer((request, response) => {
    const reply = (status: number, body: string, type = 'text/plain') => {
      response.writeHead(status, { 'Content-Type': type });
      response.end(body);
    };
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
        parts.registry.metrics().then(
          (page) => reply(200, page, parts.registry.contentType),
          () => reply(500, 'metrics cannot be collected\n'),
        );
        break;
      default:
        reply(404, 'try /livez, /readyz or /metrics\n');
    }
  });
}
