/** The Secret that keeps the roots, shared by all replicas; none of them leads. */
import { randomBytes } from 'node:crypto';
import { readSecret, type SecretPlace, writeSecret } from '../tls/secret.ts';
import { type MemberLives, type Root, tended } from './roots.ts';

/** Key of the Secret's data. */
export const ROOTS_KEY = 'roots.json';

const SECRET_BYTES = 32;
/** Attempts to write against other writers. */
const ATTEMPTS = 5;
/** How long the roots that were read are good, in milliseconds, and at most this part of the overlap. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_PART = 1 / 10;

/** What the store needs. */
export interface RootStoreOptions extends SecretPlace {
  readonly lives: MemberLives;
  readonly onRepair: (what: string) => void;
  readonly now?: () => number;
}

/** The Secret holds something else than roots; it is left as it is. */
export class UnreadableRootsError extends Error {
  override name = 'UnreadableRootsError';
}

/**
 * Gives the roots, and tends them on the way. What was read is remembered: it is brought back when the Secret was
 * deleted, since members that run trust what came from it.
 *
 * @throws UnreadableRootsError, and what the API throws when nothing is remembered
 */
export function createRootStore(options: RootStoreOptions): () => Promise<readonly Root[]> {
  const { lives, now = Date.now } = options;
  const good = Math.min(REMEMBERED_MS, lives.overlap * REMEMBERED_PART);
  let known: { roots: readonly Root[]; at: number } | null = null;
  return async () => {
    if (known !== null && now() - known.at < good) return known.roots;
    const roots = await readAndTend(options, known?.roots ?? []);
    known = { roots, at: now() };
    return roots;
  };
}

async function readAndTend(options: RootStoreOptions, before: readonly Root[]): Promise<readonly Root[]> {
  const { lives, now = Date.now, onRepair, secret } = options;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const found = await readSecret(options);
    const stored = found === null ? [] : parseRoots(found.data[ROOTS_KEY], secret);
    const roots = tended(withRemembered(stored, before), now(), lives, () => makeRoot(now()));
    if (roots === stored) return roots;
    if (!(await writeSecret(options, found, { [ROOTS_KEY]: formatRoots(roots) }))) continue;
    onRepair(`Secret ${secret}: authorities of the members ${roots.map(({ id }) => id).join(', ')}`);
    return roots;
  }
  throw new Error(`Secret ${secret} was written by others ${ATTEMPTS} times in a row; trying again`);
}

/** What is stored, and what is remembered but not in it: members trust that, although an older Secret was put back. */
function withRemembered(stored: readonly Root[], before: readonly Root[]): readonly Root[] {
  const lost = before.filter(({ id }) => !stored.some((one) => one.id === id));
  return lost.length === 0 ? stored : [...stored, ...lost].toSorted((one, other) => one.born - other.born);
}

function makeRoot(born: number): Root {
  return { id: randomBytes(4).toString('hex'), born, secret: randomBytes(SECRET_BYTES) };
}

/** As text: `[{"id", "born" in ISO 8601, "secret" in base64}]`. */
export function formatRoots(roots: readonly Root[]): string {
  const plain = roots.map(({ id, born, secret }) => ({
    id,
    born: new Date(born).toISOString(),
    secret: secret.toString('base64'),
  }));
  return `${JSON.stringify(plain, null, 2)}\n`;
}

/** @throws UnreadableRootsError */
export function parseRoots(text: string | undefined, secret: string): readonly Root[] {
  const unreadable = new UnreadableRootsError(
    `Secret ${secret} has no readable ${ROOTS_KEY}, from which the certificates of all members come: ` +
      'restore it; or delete the Secret while no injector runs, to begin with new authorities, which running members do not trust',
  );
  if (text === undefined) throw unreadable;
  const plain = parseJson(text);
  if (!Array.isArray(plain) || plain.length === 0) throw unreadable;
  return plain.map((one: unknown) => parseRoot(one) ?? raise(unreadable));
}

function parseRoot(plain: unknown): Root | null {
  if (typeof plain !== 'object' || plain === null) return null;
  const { id, born, secret } = plain as { readonly [key: string]: unknown };
  if (typeof id !== 'string' || !/^[0-9a-f]{8}$/.test(id)) return null;
  if (typeof born !== 'string' || typeof secret !== 'string') return null;
  const bytes = Buffer.from(secret, 'base64');
  const time = Date.parse(born);
  return bytes.length === SECRET_BYTES && !Number.isNaN(time) ? { id, born: time, secret: bytes } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function raise(error: Error): never {
  throw error;
}
