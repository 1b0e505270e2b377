/** The one place that puts the service together. */
import type { Server as HttpsServer } from 'node:https';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CertifyMember, createCertifyMember } from './authority/certify.ts';
import { createPublishAuthorities, type PublishAuthorities } from './authority/publish.ts';
import { createRootStore } from './authority/root-store.ts';
import { endOf, type Root } from './authority/roots.ts';
import type { ServeConfig } from './config.ts';
import { podLister } from './coordination/context.ts';
import { createCoordinator } from './coordination/coordinator.ts';
import { machineReader } from './coordination/machines.ts';
import { createMemberEnds, keepTidy, type MemberEnds } from './coordination/ends.ts';
import { type Announce, createAnnounce } from './coordination/events.ts';
import { createAuthenticate } from './coordination/identity.ts';
import { createLeaseStore } from './coordination/lease-store.ts';
import type { Settings } from './injection/index.ts';
import { explainError, type KubernetesClient } from './kubernetes/client.ts';
import { createClaimsReader } from './kubernetes/claims.ts';
import { createCompanions } from './kubernetes/companions.ts';
import { createContextReader } from './kubernetes/context.ts';
import { readOwnImage } from './kubernetes/own-image.ts';
import { timedClient } from './kubernetes/timed-client.ts';
import { createAdminServer } from './server/admin.ts';
import { adviseRouter } from './server/advise.ts';
import { coordinateRouter } from './server/coordinate.ts';
import { createApp, createHttpsServer, listen, type Phase, secureContext } from './server/https.ts';
import { type MutateParts, mutateRouter } from './server/mutate.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics, type Metrics, observeCertificate, observeMembers } from './telemetry/metrics.ts';
import { expiries } from './tls/chain.ts';
import { createSource } from './tls/choose.ts';
import type { CertificateSource, ServingCertificate } from './tls/source.ts';
import { VERSION } from './version.ts';

/** How long requests are still answered after the signal to stop: until every kube-proxy knows, in milliseconds. */
export const LAME_DUCK_MS = 5_000;
/** How long requests under way may take after that, in milliseconds. */
export const DRAIN_MS = 10_000;

/** How long a caller of the webhook that sends no review waits for the answer, in milliseconds. */
export const REFUSE_AFTER_MS = 1_000;

/** What a test may bring in place of the real thing. */
export interface Overrides {
  readonly source?: CertificateSource;
  readonly lameDuckMs?: number;
}

/** A running service. */
export interface Service {
  readonly port: number;
  readonly adminPort: number;
  /** Stops taking requests, finishes those under way; calling it again changes nothing. */
  stop(): Promise<void>;
}

/** Starts the service; what had started is stopped again when a later part fails. */
export async function startService(
  config: ServeConfig,
  untimed: KubernetesClient,
  logger: Logger,
  overrides: Overrides = {},
): Promise<Service> {
  const stopping = new AbortController();
  const stopped = stopping.signal;
  const metrics = createMetrics(VERSION);
  const client = timedClient(untimed, metrics);
  const host = `${config.service}.${config.namespace}.svc`;
  const source = overrides.source ?? certificateSource(config, client, logger, host);
  const state: { pair: ServingCertificate | null; phase: Phase } = { pair: null, phase: 'serving' };
  const admin = createAdminServer({
    registry: metrics.registry,
    unready: () => {
      if (state.phase !== 'serving') return 'stopping';
      return state.pair === null ? 'no certificate yet' : source.problem();
    },
  });
  observeCertificate(metrics.registry, () => ({
    expiries: state.pair === null ? null : expiries(state.pair),
    inStep: source.inStep(),
  }));
  let https: HttpsServer | undefined;
  try {
    const adminPort = await listen(admin, config.adminPort);
    state.pair = await source.start((pair) => {
      state.pair = pair;
      https?.setSecureContext(secureContext(pair));
      logger.info('certificate changed');
    }, stopped);
    const image =
      config.image ?? (await readOwnImage(client, { namespace: config.namespace, name: config.pod }));
    const settings = (): Settings => settingsOf(config, image, host, state.pair);
    const reviewing = { settings, logger, metrics, refuseAfterMs: REFUSE_AFTER_MS };
    const app = createApp(
      [...reviewRouters(client, reviewing), coordinatorRouter(config, client, { logger, metrics, stopped })],
      () => state.phase,
      (error) => onFault(metrics, logger, error),
    );
    https = createHttpsServer(app, state.pair);
    const port = await listen(https, config.port);
    logger.info('serving', { version: VERSION, image, host, port, adminPort });
    const stop = once(async () => {
      state.phase = 'draining';
      logger.info('stopping');
      await sleep(overrides.lameDuckMs ?? LAME_DUCK_MS);
      state.phase = 'late';
      stopping.abort();
      await Promise.all([close(https), close(admin)]);
      logger.info('stopped');
    });
    return { port, adminPort, stop };
  } catch (error) {
    stopping.abort();
    await Promise.all([close(https), close(admin)]);
    throw error;
  }
}

function reviewRouters(
  client: KubernetesClient,
  parts: Omit<MutateParts, 'readContext'>,
): readonly ReturnType<typeof mutateRouter>[] {
  return [
    mutateRouter({ ...parts, readContext: contextOf(client) }),
    adviseRouter({ ...parts, readClaims: createClaimsReader(client) }),
  ];
}

function onFault(metrics: Metrics, logger: Logger, error: unknown): void {
  metrics.panics.inc({ endpoint: 'other' });
  logger.error('a request failed', { error: explainError(error) });
}

function certificateSource(
  config: ServeConfig,
  client: KubernetesClient,
  logger: Logger,
  host: string,
): CertificateSource {
  return createSource(config.certificates, {
    client,
    namespace: config.namespace,
    secret: config.secret,
    names: [host, `${config.service}.${config.namespace}.svc.cluster.local`],
    webhook: config.webhook,
    onProblem: (what) => logger.warn('certificate', { error: what }),
    onRepair: (what) => logger.info('certificate repaired', { what }),
  });
}

function settingsOf(
  config: ServeConfig,
  image: string,
  host: string,
  pair: ServingCertificate | null,
): Settings {
  return {
    version: VERSION,
    image,
    imagePullPolicy: config.imagePullPolicy,
    images: config.images,
    coordinator: `${host}:${config.servicePort}`,
    certificateAuthority: pair?.authority ?? '',
    injected: config.injected,
  };
}

function contextOf(client: KubernetesClient): ReturnType<typeof createContextReader>['read'] {
  const reader = createContextReader(client);
  return (pod, namespace) => reader.read(pod, namespace);
}

interface CoordinatorContext {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly stopped: AbortSignal;
}

function coordinatorRouter(
  config: ServeConfig,
  client: KubernetesClient,
  { logger, metrics, stopped }: CoordinatorContext,
): ReturnType<typeof coordinateRouter> {
  const announce = createAnnounce(client, (error) => logger.warn('event', { error: explainError(error) }));
  const { onCertificate, onRoots } = heardMembers(config, client, metrics, stopped);
  const coordinator = createCoordinator({
    store: createLeaseStore(client, config.namespace),
    listPods: podLister(client),
    readMachine: machineReader(client),
    recordNamespace: config.namespace,
    ensureCompanions: createCompanions(client, announce),
    ...memberCertificates(config, client, { logger, announce, onRoots }),
    announce,
    onDecision: ({ key, ...given }) => {
      const { call, kind, reason } = given;
      metrics.decisions.inc({ call, kind, reason });
      logger.info('decision', { ...given, ...key });
    },
    onAnswer: (call, answer, asksFor) => {
      metrics.answers.inc({ call, answer });
      if (asksFor !== null) metrics.personNeeded.inc({ reason: asksFor });
    },
    onCertificate,
  });
  return coordinateRouter({ authenticate: createAuthenticate(client), coordinator, logger, metrics });
}

/** Hears what is scraped about the certificates of the members. */
interface HeardMembers {
  readonly onCertificate: MemberEnds['hear'];
  readonly onRoots: (roots: readonly Root[]) => void;
}

function heardMembers(
  config: ServeConfig,
  client: KubernetesClient,
  { registry }: Metrics,
  signal: AbortSignal,
): HeardMembers {
  const ends = createMemberEnds(podLister(client));
  let authority: number | null = null;
  observeMembers(registry, () => ({ ends: ends.read(), authority }));
  void keepTidy(ends, signal);
  return {
    onCertificate: ends.hear,
    onRoots: (roots) => {
      authority = Math.max(...roots.map((root) => endOf(root, config.certificates.members)));
    },
  };
}

interface MemberContext {
  readonly logger: Logger;
  readonly announce: Announce;
  readonly onRoots: HeardMembers['onRoots'];
}

function memberCertificates(
  config: ServeConfig,
  client: KubernetesClient,
  { logger, announce, onRoots }: MemberContext,
): { readonly certifyMember: CertifyMember; readonly publishAuthorities: PublishAuthorities } {
  const { members: lives } = config.certificates;
  const { namespace, memberSecret: secret } = config;
  const onRepair = (what: string): void => logger.info('certificate repaired', { what });
  const read = createRootStore({ client, namespace, secret, lives, onRepair });
  const readRoots = async (): Promise<readonly Root[]> => {
    const roots = await read();
    onRoots(roots);
    return roots;
  };
  const onProblem = (what: string): void => logger.warn('authorities for clients', { error: what });
  return {
    certifyMember: createCertifyMember({ client, lives, readRoots }),
    publishAuthorities: createPublishAuthorities({ client, lives, readRoots, announce, onProblem }),
  };
}

async function close(server: Server | HttpsServer | undefined): Promise<void> {
  if (server === undefined || !server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(late);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
