/**
 * A small API server over loopback TLS: objects by path, resourceVersions, 404, 409, and merges of webhooks by name. It
 * knows no kinds; whatever is posted to a collection can be read below it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientFor, type KubernetesClient } from '../../src/kubernetes/client.ts';
import { listen } from '../../src/server/https.ts';
import { generatePair } from '../../src/tls/generate.ts';

/** Any object of the API. */
export interface ApiObject {
  metadata?: { name?: string; generateName?: string; resourceVersion?: string; [key: string]: unknown };
  [key: string]: unknown;
}

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: ApiObject | null;
  readonly socket: Socket;
}

/** An answer that takes the place of the store's. */
export interface Forced {
  readonly status: number;
  /** Left out: an answer without a body. */
  readonly body?: unknown;
}

/** The server, its objects by path, and a client that talks to it. */
export interface FakeApi {
  readonly client: KubernetesClient;
  readonly objects: Map<string, ApiObject>;
  readonly seen: Seen[];
  /** A kubeconfig file for processes other than this one. */
  readonly kubeconfig: string;
  /** Looks at each request first; whatever it returns is the answer. */
  intercept: (seen: Seen) => Forced | undefined;
  /** What the answer for a path waits for. */
  delay: (path: string) => Promise<void> | undefined;
  close(): Promise<void>;
}

/** Starts the server with the given objects. */
export async function startFakeApi(objects: Readonly<Record<string, ApiObject>> = {}): Promise<FakeApi> {
  const pair = await generatePair(['localhost']);
  const directory = mkdtempSync(join(tmpdir(), 'fake-api-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const store = new Store();
  const requests: Seen[] = [];
  const server = createServer({ key: pair.key, cert: pair.certificate }, (request, response) => {
    const answer = async (): Promise<void> => {
      const seen = await read(request);
      requests.push(seen);
      await api.delay(seen.path);
      reply(response, api.intercept(seen) ?? store.answer(seen));
    };
    void answer();
  });
  const port = await listen(server, 0);
  writeFileSync(kubeconfig, kubeconfigFor(port, pair.authority));
  const api: FakeApi = {
    client: clientFrom(kubeconfig),
    objects: store.objects,
    seen: requests,
    kubeconfig,
    intercept: () => undefined,
    delay: () => undefined,
    close: async () => {
      rmSync(directory, { recursive: true });
      await closeServer(server);
    },
  };
  for (const [path, object] of Object.entries(objects)) store.put(path, object);
  return api;
}

function clientFrom(kubeconfig: string): KubernetesClient {
  const before = process.env['KUBECONFIG'];
  process.env['KUBECONFIG'] = kubeconfig;
  try {
    return clientFor();
  } finally {
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
  }
}

function kubeconfigFor(port: number, authority: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'fake',
        cluster: {
          server: `https://localhost:${port}`,
          'certificate-authority-data': Buffer.from(authority).toString('base64'),
        },
      },
    ],
    users: [{ name: 'injector', user: { token: 'token-of-the-injector' } }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'injector' } }],
    'current-context': 'fake',
  });
}

async function read(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const url = new URL(request.url ?? '/', 'https://localhost');
  return {
    method: request.method ?? '',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: request.headers,
    body: text === '' ? null : (JSON.parse(text) as ApiObject),
    socket: request.socket,
  };
}

function reply(response: ServerResponse, { status, body }: Forced): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

class Store {
  readonly objects = new Map<string, ApiObject>();
  #version = 0;

  answer({ method, path, body }: Seen): Forced {
    const found = this.objects.get(path);
    if (method === 'GET') return found === undefined ? this.#list(path) : { status: 200, body: found };
    if (method === 'POST') return this.#create(path, body ?? {});
    if (found === undefined) return failure(404, 'not found');
    if (method === 'DELETE') {
      this.objects.delete(path);
      return { status: 200, body: { kind: 'Status', apiVersion: 'v1', status: 'Success' } };
    }
    if (stale(found, body)) return failure(409, 'the object has been modified');
    return { status: 200, body: this.put(path, method === 'PUT' ? (body ?? {}) : merged(found, body ?? {})) };
  }

  put(path: string, object: ApiObject): ApiObject {
    this.#version += 1;
    const { stringData, ...rest } = object as { stringData?: Record<string, string> } & ApiObject;
    const data = Object.entries(stringData ?? {}).map(([key, text]) => [
      key,
      Buffer.from(text).toString('base64'),
    ]);
    const kept: ApiObject = {
      ...rest,
      ...(stringData === undefined ? {} : { data: Object.fromEntries(data) as unknown }),
      metadata: { uid: `uid-${this.#version}`, ...object.metadata, resourceVersion: `${this.#version}` },
    };
    this.objects.set(path, kept);
    return kept;
  }

  #create(collection: string, object: ApiObject): Forced {
    const name = object.metadata?.name ?? `${object.metadata?.generateName ?? ''}${this.#version + 1}`;
    const path = `${collection}/${name}`;
    if (this.objects.has(path)) return failure(409, `${name} already exists`);
    return { status: 201, body: this.put(path, { ...object, metadata: { ...object.metadata, name } }) };
  }

  #list(collection: string): Forced {
    if (!/\/(services|pods|secrets|poddisruptionbudgets)$/.test(collection)) return failure(404, 'not found');
    const below = [...this.objects].filter(
      ([path]) => path.startsWith(`${collection}/`) && !path.slice(collection.length + 1).includes('/'),
    );
    return {
      status: 200,
      body: { kind: 'List', apiVersion: 'v1', metadata: {}, items: below.map(([, one]) => one) },
    };
  }
}

function stale(found: ApiObject, body: ApiObject | null): boolean {
  const version = body?.metadata?.resourceVersion;
  return version !== undefined && version !== found.metadata?.resourceVersion;
}

/** A merge patch; a strategic one as far as webhook configurations need it: the list `webhooks` by name. */
function merged(found: ApiObject, { webhooks: wanted, ...patch }: ApiObject): ApiObject {
  type Webhook = { name: string; clientConfig: object };
  const rest = mergePatch(found, patch) as ApiObject;
  if (wanted === undefined) return rest;
  const webhooks = ((found['webhooks'] ?? []) as Webhook[]).map((one) => {
    const change = (wanted as Webhook[]).find(({ name }) => name === one.name);
    return change === undefined
      ? one
      : { ...one, ...change, clientConfig: { ...one.clientConfig, ...change.clientConfig } };
  });
  return { ...rest, webhooks };
}

/** RFC 7396, without the removal by null. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const before = (typeof target === 'object' ? target : null) ?? {};
  const changes = Object.entries(patch).map(([name, value]): [string, unknown] => [
    name,
    mergePatch((before as Record<string, unknown>)[name], value),
  ]);
  return { ...before, ...Object.fromEntries(changes) };
}

function failure(status: number, message: string): Forced {
  return { status, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code: status } };
}
