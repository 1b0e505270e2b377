/** The source for certificates that somebody else makes: cert-manager or a person, in a Secret or in files. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explainError } from '../kubernetes/client.ts';
import { type BundleKeeping, type BundleState, keepCaBundle, lookAtCaBundle, UNKNOWN } from './ca-bundle.ts';
import { findFault } from './chain.ts';
import { createPollingSource, type Look, type Rhythm } from './polling.ts';
import { readSecret, type SecretPlace } from './secret.ts';
import type { CertificateSource, ServingCertificate } from './source.ts';

/** What the source is told. */
export interface ProvidedOptions extends BundleKeeping, Rhythm {
  /** Where the pair comes from, in words. */
  readonly place: string;
  /** @throws when it cannot be read whole */
  readonly read: () => Promise<ServingCertificate>;
  /** Whether the caBundle is ours to write; else it is only looked at. */
  readonly writeCaBundle: boolean;
}

/** A source that follows what `read` gives. A pair that must not be served never replaces one that may. */
export function createProvidedSource(options: ProvidedOptions): CertificateSource {
  const now = options.now ?? Date.now;
  const look = (pair: ServingCertificate, before: BundleState) =>
    lookAtCaBundle(options, pair, options.name, now(), before);
  const fit = (pair: ServingCertificate, before: BundleState) =>
    options.writeCaBundle ? keepCaBundle(options, pair, options.name, now(), before) : look(pair, before);

  return createPollingSource(async (before) => {
    const pair = await newest(options, before, now());
    const bundle = await fit(pair, before?.bundle ?? UNKNOWN);
    if (before === null || bundle.problem === null) return { pair, bundle };
    const old = await look(before.pair, before.bundle);
    if (old.problem !== null) return { pair, bundle };
    // Whoever writes the caBundle may be slower than whoever makes the pair: the API server must trust it first.
    options.onProblem(`${options.place}: a new certificate waits, because ${bundle.problem}`);
    return { pair: before.pair, bundle: old };
  }, options);
}

/** The pair that is provided now, or the one in use when that is not good. @throws when there is neither */
async function newest(
  options: ProvidedOptions,
  before: Look | null,
  now: number,
): Promise<ServingCertificate> {
  try {
    const pair = await options.read();
    const fault = findFault(pair, options.name, now);
    if (fault === null) return pair;
    throw new Error(fault);
  } catch (error) {
    const why = `${options.place}: ${explainError(error)}`;
    if (before === null) throw new Error(why, { cause: error });
    options.onProblem(`${why}; the certificate in use stays`);
    return before.pair;
  }
}

/** Reads `tls.crt`, `tls.key` and `ca.crt` of a Secret. */
export function fromSecret(place: SecretPlace): () => Promise<ServingCertificate> {
  return async () => {
    const found = await readSecret(place);
    if (found === null) throw new Error('there is no such Secret');
    return complete((key) => Promise.resolve(found.data[key] ?? ''));
  };
}

/** Reads `tls.crt`, `tls.key` and `ca.crt` of a directory, as the kubelet mounts a Secret. */
export function fromDirectory(directory: string): () => Promise<ServingCertificate> {
  return () => complete((key) => readFile(join(directory, key), 'utf8'));
}

async function complete(read: (key: string) => Promise<string>): Promise<ServingCertificate> {
  const [certificate, key, authority] = await Promise.all([read('tls.crt'), read('tls.key'), read('ca.crt')]);
  const missing = Object.entries({ 'tls.crt': certificate, 'tls.key': key, 'ca.crt': authority })
    .filter(([, text]) => text.trim() === '')
    .map(([name]) => name);
  if (missing.length > 0) throw new Error(`${missing.join(', ')} is missing or empty`);
  return { certificate, key, authority };
}
