/** Calls of the API server that take the text of an answer and no more, so that a load and a measured call cost little. */
import { Agent, request, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';

/** An answer of the API server. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** The API server of one kubeconfig, over connections that are kept. */
export interface Api {
  /** @throws when no answer comes within ten seconds */
  readonly call: (method: 'GET' | 'POST', path: string, body?: string) => Promise<Answer>;
  readonly close: () => void;
}

const LIMIT_MS = 10_000;

/** A client for the cluster of KUBECONFIG with at most so many connections. */
export async function connectApi(connections: number): Promise<Api> {
  const config = new KubeConfig();
  config.loadFromDefault();
  const server = config.getCurrentCluster()?.server;
  if (server === undefined)
    throw new Error('the kubeconfig has no cluster for its current context; name one there');
  const credentials: RequestOptions = {};
  await config.applyToHTTPSOptions(credentials);
  // In turn, so that none is idle for so long that the server closes it.
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  const base = server.replace(/\/$/, '');
  return {
    call: (method, path, body) => send(`${base}${path}`, { ...credentials, agent, method }, body),
    close: () => agent.destroy(),
  };
}

function send(url: string, options: RequestOptions, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    call.setTimeout(LIMIT_MS, () =>
      call.destroy(new Error(`no answer within ${LIMIT_MS / 1_000} s: ${url}`)),
    );
    call.on('error', reject);
    if (body !== '') call.setHeader('Content-Type', 'application/json');
    call.end(body);
  });
}
