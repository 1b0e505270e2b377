/** What all sources have in common: look at the world every few seconds, keep the last good certificate. */
import { setTimeout as sleep } from 'node:timers/promises';
import { explainError } from '../kubernetes/client.ts';
import { type BundleState } from './ca-bundle.ts';
import { findFault } from './chain.ts';
import type { CertificateSource, ServingCertificate } from './source.ts';

const FIRST_ATTEMPTS = 30;
const FIRST_PAUSE_MS = 1_000;

/** What one look finds. */
export interface Look {
  readonly pair: ServingCertificate;
  readonly bundle: BundleState;
}

/** How a source is driven. */
export interface Rhythm {
  /** The name that the API server calls. */
  readonly name: string;
  readonly onProblem: (what: string) => void;
  /**
   * Milliseconds between two looks. Timers stand still while a machine is suspended; a look compares dates with the wall
   * clock, so what is overdue is done at most this long after it wakes up.
   */
  readonly pollMs: number;
  /** Milliseconds between two attempts to get the first certificate. */
  readonly firstPauseMs?: number;
  readonly now?: () => number;
}

/** A source that asks `look` for the certificate to serve, again and again; `look` is told what is served and known. */
export function createPollingSource(
  look: (before: Look | null) => Promise<Look>,
  { name, onProblem, pollMs, firstPauseMs = FIRST_PAUSE_MS, now = Date.now }: Rhythm,
): CertificateSource {
  let current: Look | null = null;

  async function first(signal: AbortSignal): Promise<Look> {
    // The API may be late, and at installation the webhook configuration may come after the Deployment.
    for (let attempt = 1; ; attempt += 1) {
      try {
        const found = await look(null);
        if (found.bundle.problem === null) return found;
        throw new Error(found.bundle.problem);
      } catch (error) {
        onProblem(explainError(error));
        if (attempt === FIRST_ATTEMPTS || signal.aborted) throw error;
        await sleep(firstPauseMs, undefined, { signal });
      }
    }
  }

  async function again(onChange: (pair: ServingCertificate) => void): Promise<void> {
    const before = current;
    try {
      const found = await look(before);
      current = found;
      if (found.bundle.problem !== null) onProblem(found.bundle.problem);
      if (!same(found.pair, before?.pair)) onChange(found.pair);
    } catch (error) {
      // The certificate in use stays good while the API is away; only a fault of its own makes us unready.
      onProblem(explainError(error));
    }
  }

  async function keep(onChange: (pair: ServingCertificate) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(pollMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await again(onChange);
    }
  }

  return {
    problem: () =>
      current === null
        ? 'no certificate yet'
        : (findFault(current.pair, name, now()) ?? current.bundle.problem),
    inStep: () => current?.bundle.inStep ?? false,
    async start(onChange, signal) {
      current = await first(signal);
      void keep(onChange, signal);
      return current.pair;
    },
  };
}

function same(one: ServingCertificate, other: ServingCertificate | undefined): boolean {
  return one.certificate === other?.certificate && one.authority === other.authority && one.key === other.key;
}
