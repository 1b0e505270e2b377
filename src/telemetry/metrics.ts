/** What the process counts. Labels come from closed lists only, so that no caller can make new series. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ASKING } from '../coordination/reasons.ts';
import { ANSWERS, type Endpoint, ENDPOINTS, FAULT_PLACES, FAULTS } from './labels.ts';

/** The metrics and the page they are scraped from. docs/metrics.md says what each is for. */
export interface Metrics {
  readonly registry: Registry;
  /** Admission reviews by decision (inject, skip, deny, error) and reason. */
  readonly reviews: Counter<'decision' | 'reason'>;
  /** Warnings at workloads, by reason. */
  readonly advice: Counter<'reason'>;
  /** Seconds from the headers of a request to its answer. */
  readonly duration: Histogram<'endpoint'>;
  /** Requests that have no answer yet. */
  readonly inFlight: Gauge<'endpoint'>;
  /** Bytes of the patches sent, as JSON before their encoding. */
  readonly patchBytes: Histogram;
  /** Answers of the coordinator, each time one is given. */
  readonly answers: Counter<'call' | 'answer'>;
  /** Answers of the coordinator that differ from the one before. */
  readonly decisions: Counter<'call' | 'kind' | 'reason'>;
  /** Answers that somebody has to do something about. */
  readonly personNeeded: Counter<'reason'>;
  /** Calls of agents that were turned away, by HTTP status. */
  readonly refusedCalls: Counter<'call' | 'status'>;
  /** Requests that ended in a fault of the injector itself. */
  readonly panics: Counter<'endpoint'>;
  /** Seconds of each request to the Kubernetes API. */
  readonly apiRequests: Histogram<'request' | 'result'>;
}

/** Metrics with a registry of their own. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: 'galera_injector_build_info',
    help: 'Always 1; the labels are the version of the injector and that of Node.',
    labelNames: ['version', 'node'],
    registers,
  });
  build.set({ version, node: process.version }, 1);
  const metrics = { registry, ...ofRequests(registers), ...ofCoordinator(registers), ...ofApi(registers) };
  beginAtZero(metrics);
  return metrics;
}

function ofRequests(registers: Registry[]) {
  return {
    reviews: new Counter({
      name: 'galera_injector_reviews_total',
      help: 'Admission reviews by decision and reason.',
      labelNames: ['decision', 'reason'],
      registers,
    }),
    advice: new Counter({
      name: 'galera_injector_advice_total',
      help: 'Warnings given at workloads, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    duration: new Histogram({
      name: 'galera_injector_request_duration_seconds',
      help: 'Time from the headers of a request to its answer, by endpoint.',
      labelNames: ['endpoint'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    inFlight: new Gauge({
      name: 'galera_injector_requests_in_flight',
      help: 'Requests without an answer yet, by endpoint.',
      labelNames: ['endpoint'],
      registers,
    }),
    patchBytes: new Histogram({
      name: 'galera_injector_patch_bytes',
      help: 'Size of the patches sent, as JSON before their encoding in base64.',
      buckets: [1_024, 2_048, 4_096, 6_144, 8_192, 12_288, 16_384, 32_768, 65_536],
      registers,
    }),
    panics: new Counter({
      name: 'galera_injector_panics_total',
      help: 'Requests that ended in a fault of the injector itself, by endpoint.',
      labelNames: ['endpoint'],
      registers,
    }),
  };
}

function ofCoordinator(registers: Registry[]) {
  return {
    answers: new Counter({
      name: 'galera_injector_coordinator_calls_total',
      help: 'Calls that the coordinator answered, by call and kind of answer.',
      labelNames: ['call', 'answer'],
      registers,
    }),
    decisions: new Counter({
      name: 'galera_injector_coordinator_decisions_total',
      help: 'Answers of the coordinator by call, kind and reason, counted when they change.',
      labelNames: ['call', 'kind', 'reason'],
      registers,
    }),
    personNeeded: new Counter({
      name: 'galera_injector_coordinator_person_needed_total',
      help: 'Answers that refuse a member or ask for a person to act, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    refusedCalls: new Counter({
      name: 'galera_injector_coordinator_refused_calls_total',
      help: 'Calls to the coordinator that were turned away, by call and HTTP status.',
      labelNames: ['call', 'status'],
      registers,
    }),
  };
}

function ofApi(registers: Registry[]) {
  return {
    apiRequests: new Histogram({
      name: 'galera_injector_api_request_duration_seconds',
      help: 'Time of requests to the Kubernetes API, by request and result.',
      labelNames: ['request', 'result'],
      buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
  };
}

/** A series that begins at 1 hides its first event from increase() and rate(); those that alerts watch begin at 0. */
function beginAtZero({ reviews, panics, inFlight, answers, personNeeded }: Omit<Metrics, 'registry'>): void {
  for (const reason of FAULTS) reviews.inc({ decision: 'error', reason }, 0);
  for (const endpoint of FAULT_PLACES) panics.inc({ endpoint }, 0);
  for (const endpoint of ENDPOINTS) inFlight.set({ endpoint }, 0);
  for (const reason of ASKING) personNeeded.inc({ reason }, 0);
  for (const [call, kinds] of Object.entries(ANSWERS)) {
    for (const answer of kinds) answers.inc({ call, answer }, 0);
  }
}

/** Counts a request as in flight until the function it returns is called, which takes its time. */
export function beginRequest({ duration, inFlight }: Metrics, endpoint: Endpoint): () => void {
  const stop = duration.startTimer({ endpoint });
  inFlight.inc({ endpoint });
  return () => {
    stop();
    inFlight.dec({ endpoint });
  };
}

/** What is scraped about the served certificate. */
export interface CertificateReading {
  /** Milliseconds since 1970, or null while there is no certificate. */
  readonly expiries: { readonly leaf: number; readonly authority: number } | null;
  readonly inStep: boolean;
}

/** Adds gauges that read the certificate when they are scraped. */
export function observeCertificate(registry: Registry, read: () => CertificateReading): void {
  const registers = [registry];
  const expiry = new Gauge({
    name: 'galera_injector_certificate_expiry_timestamp_seconds',
    help: 'When the served leaf and the authority it leads to expire, in seconds since 1970.',
    labelNames: ['certificate'],
    registers,
    collect() {
      const { expiries } = read();
      if (expiries === null) return;
      for (const certificate of ['leaf', 'authority'] as const)
        expiry.set({ certificate }, expiries[certificate] / 1_000);
    },
  });
  const bundle = new Gauge({
    name: 'galera_injector_cabundle_in_step',
    help: '1 when the caBundle of the webhook configuration was what it should be at the last look, else 0.',
    registers,
    collect() {
      bundle.set(read().inStep ? 1 : 0);
    },
  });
}

/** What is scraped about the certificates of the members. */
export interface MembersReading {
  /** In milliseconds since 1970, one for each pod. */
  readonly ends: readonly {
    readonly namespace: string;
    readonly cluster: string;
    readonly pod: string;
    readonly end: number;
  }[];
  /** When the authority of the youngest root ends; null while no root was read. */
  readonly authority: number | null;
}

/**
 * Adds gauges that read what is known of the members when they are scraped. Their labels are names that others choose:
 * there are as many as pods that the API shows.
 */
export function observeMembers(registry: Registry, read: () => MembersReading): void {
  const registers = [registry];
  const ends = new Gauge({
    name: 'galera_injector_member_certificate_expiry_timestamp_seconds',
    help: 'When the certificate expires that the pod said it has, or was given, in seconds since 1970.',
    labelNames: ['namespace', 'cluster', 'pod'],
    registers,
    collect() {
      ends.reset();
      for (const { end, ...labels } of read().ends) ends.set(labels, end / 1_000);
    },
  });
  const authority = new Gauge({
    name: 'galera_injector_member_authority_expiry_timestamp_seconds',
    help: 'When the newest authority of the members expires, in seconds since 1970.',
    registers,
    collect() {
      const end = read().authority;
      if (end === null) authority.remove();
      else authority.set(end / 1_000);
    },
  });
}
