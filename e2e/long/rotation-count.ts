/** Counts what changes in the Secret of the self-managed certificates, and remembers which authorities pods were given. */
import { splitPem, validityOf } from '../../src/tls/chain.ts';

/** The keys of the Secret that are looked at, PEM. */
export interface SecretTexts {
  readonly 'ca.crt': string;
  readonly 'tls.crt': string;
}

/** Changes seen so far. */
export class RotationCount {
  leaves = 0;
  authorities = 0;
  #leaf = '';
  #signer = '';

  /** The first look counts nothing. */
  see(secret: SecretTexts): void {
    const leaf = splitPem(secret['tls.crt'])[0] ?? '';
    const signer = splitPem(secret['ca.crt'])[0] ?? '';
    if (this.#leaf !== '' && leaf !== this.#leaf) this.leaves += 1;
    if (this.#signer !== '' && signer !== this.#signer) this.authorities += 1;
    this.#leaf = leaf;
    this.#signer = signer;
  }
}

/** What pods were given, oldest first: a pod can rely on it for as long as the authority that signed then is valid. */
export class GivenAuthorities {
  readonly #given = new Set<string>();

  add(authorities: string): void {
    this.#given.add(authorities);
  }

  /** Those a client can still rely on, `marginMs` before the end at the latest. */
  reliable(now: number, marginMs: number): readonly string[] {
    for (const one of this.#given) {
      const first = splitPem(one)[0];
      if (first === undefined || validityOf(first).to - marginMs <= now) this.#given.delete(one);
    }
    return [...this.#given];
  }
}
