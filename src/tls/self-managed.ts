/** The source that needs nothing: authorities and leaf in one Secret that all replicas share. No replica leads. */
import { type BundleKeeping, type BundleState, isPublished, keepCaBundle, UNKNOWN } from './ca-bundle.ts';
import { createPollingSource, type Look, type Rhythm } from './polling.ts';
import { decide, follow, type Lives, type Moment } from './roll.ts';
import { type FoundSecret, readSecret, type SecretPlace, writeSecret } from './secret.ts';
import type { CertificateSource } from './source.ts';
import { fromSecretData, served, type State, toSecretData } from './state.ts';

/** Looks from the publication of the next authority until it signs: each replica has had many chances to take it up. */
const OVERLAP_LOOKS = 12;
/** Looks for which a replica that starts waits for another one to bring back a Secret that is missing. */
const PATIENCE_LOOKS = 3;
/** Attempts to write against other writers in one look. */
const ATTEMPTS = 5;

/** What the source is told. */
export interface SelfManagedOptions extends SecretPlace, BundleKeeping, Omit<Rhythm, 'name'> {
  /** Names of the Service; the first is the one that the API server calls. */
  readonly names: readonly string[];
  /** Lives of leaf and authority, in milliseconds. */
  readonly lives: Omit<Lives, 'overlap'>;
  /** From 0 to 1; another for each replica. */
  readonly jitter?: number;
}

/** A self-managed source: create or adopt the Secret, publish its authorities, renew and roll in time. */
export function createSelfManagedSource(options: SelfManagedOptions): CertificateSource {
  return createPollingSource(createLook(options), { ...options, name: options.names[0] ?? '' });
}

/** One look at Secret and caBundle: at most one step of a rotation, and whatever has to be put right. */
export function createLook(options: SelfManagedOptions): (before: Look | null) => Promise<Look> {
  const keeper = new Keeper(options);
  return async (before) => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const done = await keeper.advance(before?.bundle ?? UNKNOWN);
      if (done !== null) return done;
    }
    throw new Error(
      `Secret ${options.secret} was written by others ${ATTEMPTS} times in a row; trying again`,
    );
  };
}

/** What one replica remembers between its looks. */
class Keeper {
  readonly #options: SelfManagedOptions;
  readonly #jitter: number;
  #memory: State | null = null;
  #missingSince: number | null = null;

  constructor(options: SelfManagedOptions) {
    this.#options = options;
    this.#jitter = options.jitter ?? Math.random();
  }

  /** The state to serve, and the caBundle made to fit. Null when another writer came between. */
  async advance(before: BundleState): Promise<Look | null> {
    const found = await readSecret(this.#options);
    const stored = found === null ? null : fromSecretData(found.data);
    const state = stored ?? (await this.#replacement(found));
    if (stored === null && !(await this.#write(found, state))) return null;
    this.#missingSince = null;
    this.#memory = state;
    const bundle = await this.#publish(state, before);
    const step = stored === null ? 'keep' : decide(state, this.#moment(), bundle.inStep);
    if (step === 'keep') return { pair: served(state), bundle };
    const next = await follow(state, step, this.#moment());
    if (!(await this.#write(found, next))) return null;
    this.#memory = next;
    this.#options.onRepair(`certificate: ${step}`);
    return { pair: served(next), bundle: await this.#publish(next, bundle) };
  }

  /** What is in memory, for pods that run trust it; a new authority only where there is nothing to go on from. */
  async #replacement(found: FoundSecret | null): Promise<State> {
    const { secret, onRepair } = this.#options;
    if (this.#memory !== null && decide(this.#memory, this.#moment(), false) !== 'found') {
      onRepair(`Secret ${secret} from memory`);
      return this.#memory;
    }
    await this.#bePatient(found === null ? 'is missing' : 'cannot be used');
    onRepair(`Secret ${secret} with a new authority`);
    return follow(null, 'found', this.#moment());
  }

  /** @throws while another replica may bring the Secret back */
  async #bePatient(what: string): Promise<void> {
    const { secret, webhook, pollMs } = this.#options;
    const { now } = this.#moment();
    this.#missingSince ??= now;
    const waited = now - this.#missingSince;
    const patience = PATIENCE_LOOKS * pollMs;
    if (waited < 0 || waited >= patience || !(await isPublished(this.#options))) return;
    throw new Error(
      `Secret ${secret} ${what}, but the caBundle of ${webhook} names an authority; ` +
        `waiting ${patience / 1_000} s for another replica to bring it back`,
    );
  }

  #write(found: FoundSecret | null, state: State): Promise<boolean> {
    return writeSecret(this.#options, found, toSecretData(state));
  }

  #publish(state: State, before: BundleState): Promise<BundleState> {
    const { names } = this.#options;
    return keepCaBundle(this.#options, served(state), names[0] ?? '', this.#moment().now, before);
  }

  #moment(): Moment {
    const { now = Date.now, names, lives, pollMs } = this.#options;
    return { now: now(), names, jitter: this.#jitter, lives: { ...lives, overlap: OVERLAP_LOOKS * pollMs } };
  }
}
