/** The real routes behind real TLS on a loopback port, with the parts that need a cluster replaced. */
import { request } from 'node:https';
import type { Router } from 'express';
import {
  type ConnectionLimits,
  createApp,
  createHttpsServer,
  listen,
  type Phase,
} from '../../src/server/https.ts';
import { generatePair } from '../../src/tls/generate.ts';
import { createLogger, type Logger } from '../../src/telemetry/logger.ts';

export const NAME = 'galera-injector.galera-system.svc';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Loopback {
  send(path: string, options?: SendOptions): Promise<Reply>;
  readonly port: number;
  readonly authority: string;
  phase: Phase;
  close(): Promise<void>;
}

export interface SendOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export async function serve(routers: readonly Router[], limits?: ConnectionLimits): Promise<Loopback> {
  const pair = await generatePair([NAME]);
  const state: { phase: Phase } = { phase: 'serving' };
  const server = createHttpsServer(
    createApp(routers, () => state.phase),
    pair,
    limits,
  );
  const port = await listen(server, 0);
  return {
    port,
    authority: pair.authority,
    get phase() {
      return state.phase;
    },
    set phase(phase) {
      state.phase = phase;
    },
    send: (path, { method = 'POST', headers = {}, body = '' } = {}) =>
      new Promise((resolve, reject) => {
        const call = request(
          {
            host: '127.0.0.1',
            port,
            path,
            method,
            servername: NAME,
            ca: pair.authority,
            agent: false,
            headers,
          },
          (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
            response.on('end', () =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
            );
          },
        );
        call.on('error', reject);
        call.end(body);
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A logger that keeps its lines. */
export function keepLog(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  return { logger: createLogger('debug', (line) => lines.push(line)), lines };
}
