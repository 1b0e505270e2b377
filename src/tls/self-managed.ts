/** The source that needs nothing: authority and leaf in one Secret that all replicas share. */
import type { V1Secret } from '@kubernetes/client-node';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createIfAbsent,
  explainError,
  type KubernetesClient,
  orNull,
  statusOf,
} from '../kubernetes/client.ts';
import { findFault, generatePair } from './generate.ts';
import type { CertificateSource, ServingCertificate } from './source.ts';
import { ensureCaBundle } from './ca-bundle.ts';

/** How often Secret and caBundle are looked at, in milliseconds: a drift costs at most this long. */
const POLL_MS = 10_000;
const FIRST_ATTEMPTS = 30;
const FIRST_PAUSE_MS = 1_000;

/** What the source is told. */
export interface SelfManagedOptions {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly secret: string;
  /** Names of the Service; the first is the one that the API server calls. */
  readonly names: readonly string[];
  /** Name of the MutatingWebhookConfiguration whose caBundle is ours. */
  readonly webhook: string;
  readonly onProblem: (what: string) => void;
  readonly onRepair: (what: string) => void;
  /** Milliseconds between two looks at Secret and caBundle. */
  readonly pollMs?: number;
  /** Milliseconds between two attempts to get the first pair. */
  readonly firstPauseMs?: number;
}

/** A self-managed source: create or adopt the Secret, publish its authority, keep both so. */
export function createSelfManagedSource(options: SelfManagedOptions): CertificateSource {
  let current: ServingCertificate | null = null;
  let problem: string | null = 'no certificate yet';

  async function round(): Promise<ServingCertificate> {
    const pair = await readOrCreate(options);
    const repaired = await ensureCaBundle(options.client, options.webhook, pair.authority);
    if (repaired) options.onRepair(`caBundle of ${options.webhook}`);
    problem = null;
    return pair;
  }

  async function keep(
    onChange: (certificate: ServingCertificate) => void,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      await sleep(options.pollMs ?? POLL_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const pair = await round();
        if (pair.certificate !== current?.certificate || pair.authority !== current.authority) {
          current = pair;
          onChange(pair);
        }
      } catch (error) {
        // The pair in use stays good while the API is away; only a fault of the pair itself makes us unready.
        options.onProblem(explainError(error));
        problem = current === null ? explainError(error) : findFault(current, options.names[0] ?? '');
      }
    }
  }

  return {
    problem: () => problem,
    async start(onChange, signal) {
      current = await firstRound(round, options, signal);
      void keep(onChange, signal);
      return current;
    },
  };
}

/** The API may be late, and at installation the webhook configuration may come after the Deployment. */
async function firstRound(
  round: () => Promise<ServingCertificate>,
  options: SelfManagedOptions,
  signal: AbortSignal,
): Promise<ServingCertificate> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await round();
    } catch (error) {
      options.onProblem(explainError(error));
      if (attempt === FIRST_ATTEMPTS || signal.aborted) throw error;
      await sleep(options.firstPauseMs ?? FIRST_PAUSE_MS, undefined, { signal });
    }
  }
}

/** Adopts a good Secret, replaces a bad one, creates a missing one; whoever comes second adopts what the first made. */
async function readOrCreate({
  client,
  namespace,
  secret,
  names,
}: SelfManagedOptions): Promise<ServingCertificate> {
  const name = names[0] ?? '';
  const found = await orNull(client.core.readNamespacedSecret({ namespace, name: secret }));
  const adopted = found === null ? null : parseSecret(found);
  if (adopted !== null && findFault(adopted, name) === null) return adopted;
  const pair = await generatePair(names);
  const body: V1Secret = {
    metadata: {
      name: secret,
      namespace,
      ...(found?.metadata?.resourceVersion === undefined
        ? {}
        : { resourceVersion: found.metadata.resourceVersion }),
      labels: { 'app.kubernetes.io/managed-by': 'galera-injector' },
    },
    stringData: {
      'ca.crt': pair.authority,
      'ca.key': pair.authorityKey,
      'tls.crt': pair.certificate,
      'tls.key': pair.key,
    },
  };
  const written =
    found === null
      ? await createIfAbsent(client.core.createNamespacedSecret({ namespace, body }))
      : await replaced(client.core.replaceNamespacedSecret({ namespace, name: secret, body }));
  if (written) return pair;
  throw new Error(`Secret ${secret} was written by another replica at the same time; reading it again`);
}

async function replaced(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (statusOf(error) === 409 || statusOf(error) === 404) return false;
    throw error;
  }
}

function parseSecret(secret: V1Secret): ServingCertificate | null {
  const read = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
  const pair = { certificate: read('tls.crt'), key: read('tls.key'), authority: read('ca.crt') };
  return Object.values(pair).every((text) => text !== '') ? pair : null;
}
