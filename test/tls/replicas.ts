/** Two injectors as far as certificates go: one API, a clock that tests move, real TLS servers. */
import type { Server } from 'node:https';
import { createServer } from 'node:https';
import { connect } from 'node:tls';
import { listen, secureContext } from '../../src/server/https.ts';
import { splitPem, validityOf } from '../../src/tls/chain.ts';
import type { Look } from '../../src/tls/polling.ts';
import { createLook, type SelfManagedOptions } from '../../src/tls/self-managed.ts';
import type { ServingCertificate } from '../../src/tls/source.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

export const NAME = 'galera-injector.galera-system.svc';
export const SECRET = '/api/v1/namespaces/galera-system/secrets/tls';
export const WEBHOOK = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/galera-injector';

/** A clock that stands until it is moved, in milliseconds since 1970. */
export interface Clock {
  now: number;
}

/** One injector. */
export interface Replica {
  /** What it serves and injects; null before its first look. */
  pair: ServingCertificate | null;
  /** One look at Secret and caBundle. */
  look(): Promise<void>;
  readonly bundleProblem: () => string | null;
  readonly log: string[];
}

/** An API with a webhook configuration of two webhooks and no caBundle. */
export async function startApi(): Promise<FakeApi> {
  const webhooks = ['mutate', 'advise'].map((name) => ({
    name: `${name}.galera-injector.dev`,
    failurePolicy: 'Fail',
    clientConfig: { service: { name: 'galera-injector', namespace: 'galera-system' } },
  }));
  return startFakeApi({ [WEBHOOK]: { metadata: { name: 'galera-injector' }, webhooks } });
}

/** A replica that looks when it is told to. */
export function replica(
  api: FakeApi,
  clock: Clock,
  options: Pick<SelfManagedOptions, 'lives' | 'pollMs'>,
): Replica {
  const log: string[] = [];
  let last: Look | null = null;
  const look = createLook({
    client: api.client,
    namespace: 'galera-system',
    secret: 'tls',
    names: [NAME],
    webhook: 'galera-injector',
    onProblem: (what) => log.push(what),
    onRepair: (what) => log.push(what),
    now: () => clock.now,
    ...options,
  });
  const made: Replica = {
    pair: null,
    log,
    bundleProblem: () => last?.bundle.problem ?? null,
    look: async () => {
      last = await look(last);
      made.pair = last.pair;
    },
  };
  return made;
}

/** The caBundle of each webhook as PEM. */
export function bundles(api: FakeApi): string[] {
  type Webhook = { clientConfig: { caBundle?: string } };
  const webhooks = (api.objects.get(WEBHOOK)?.['webhooks'] ?? []) as Webhook[];
  return webhooks.map((one) => Buffer.from(one.clientConfig.caBundle ?? '', 'base64').toString());
}

/** Puts another text into every caBundle. */
export function overwriteBundles(api: FakeApi, text: string): void {
  type Webhook = { clientConfig: { caBundle?: string } };
  for (const one of (api.objects.get(WEBHOOK)?.['webhooks'] ?? []) as Webhook[])
    one.clientConfig.caBundle = Buffer.from(text).toString('base64');
}

/** The first certificate of a PEM text. */
export function firstOf(pem: string): string {
  return splitPem(pem)[0] ?? '';
}

/** Whether a certificate is in its time at `now`. */
export function isTimely(certificate: string, now: number): boolean {
  const { from, to } = validityOf(certificate);
  return from <= now && now < to;
}

/** A TLS server on a loopback port that is given its pair as the service does it. */
export async function tlsServer(pair: ServingCertificate): Promise<Server & { port: number }> {
  const server = createServer(secureContext(pair));
  server.on('tlsClientError', () => undefined);
  return Object.assign(server, { port: await listen(server, 0) });
}

/** Null when a client that trusts `authority` connects, else the error's code. */
export function handshake(port: number, authority: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername: NAME, ca: authority }, () => {
      socket.destroy();
      resolve(null);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

/** The value, for what must be there by now. @throws when it is not */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('it should be there by now');
  return value;
}
