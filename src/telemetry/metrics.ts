/** What the process counts. Labels come from closed lists only, so that no caller can make new series. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics and the page they are scraped from. */
export interface Metrics {
  readonly registry: Registry;
  /** Admission reviews by decision (inject, skip, deny, error) and reason. */
  readonly reviews: Counter<'decision' | 'reason'>;
  /** Seconds from the first byte read to the answer, by endpoint. */
  readonly duration: Histogram<'endpoint'>;
  /** Answers of the coordinator by call and kind. */
  readonly decisions: Counter<'call' | 'kind'>;
  /** Calls of agents that were turned away, by HTTP status. */
  readonly refusedCalls: Counter<'status'>;
}

/** Metrics with a registry of their own. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: 'galera_injector_build_info',
    help: 'Version of the injector.',
    labelNames: ['version', 'node'],
    registers,
  });
  build.set({ version, node: process.version }, 1);
  return {
    registry,
    reviews: new Counter({
      name: 'galera_injector_reviews_total',
      help: 'Admission reviews by decision and reason.',
      labelNames: ['decision', 'reason'],
      registers,
    }),
    duration: new Histogram({
      name: 'galera_injector_request_duration_seconds',
      help: 'Time to answer, by endpoint.',
      labelNames: ['endpoint'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    decisions: new Counter({
      name: 'galera_injector_coordinator_decisions_total',
      help: 'Answers of the coordinator by call and kind, counted when they change.',
      labelNames: ['call', 'kind'],
      registers,
    }),
    refusedCalls: new Counter({
      name: 'galera_injector_coordinator_refused_calls_total',
      help: 'Calls to the coordinator that were turned away, by HTTP status.',
      labelNames: ['status'],
      registers,
    }),
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
