/** The proof that a patch applies. */
import type { JsonObject, Operation } from '../injection/index.ts';

/** A patch of ours that does not apply to the object it was made for: our fault, never the user's. */
export class BrokenPatchError extends Error {
  override name = 'BrokenPatchError';
}

/**
 * Goes through the patch as RFC 6902 says. The API server rejects a pod for a patch that does not apply even where the
 * failure policy is Ignore, so such a patch must not leave this process.
 *
 * What the patch changes is copied and no more: a copy of the whole pod costs as much as everything else together.
 * @throws BrokenPatchError
 */
export function prove(pod: JsonObject, operations: readonly Operation[]): void {
  const copies = new Set<object>();
  const root = copied(pod, copies);
  for (const operation of operations) {
    const wrong = apply(root, operation, copies);
    if (wrong !== null) throw new BrokenPatchError(`${operation.op} ${operation.path}: ${wrong}`);
  }
}

/** Null, or why the operation does not apply. */
function apply(root: object, { op, path, value }: Operation, copies: Set<object>): string | null {
  const parts = path.split('/').map(unescaped);
  const last = parts.pop() ?? '';
  if (parts.shift() !== '') return 'the path does not begin with a slash';
  let parent = root;
  for (const part of parts) {
    const next = Object.hasOwn(parent, part) ? (parent as Record<string, unknown>)[part] : undefined;
    if (typeof next !== 'object' || next === null) return `nothing can be put below ${part}`;
    const copy = copies.has(next) ? next : copied(next, copies);
    if (copy !== next) set(parent, part, copy);
    parent = copy;
  }
  if (op === 'replace' && !Object.hasOwn(parent, last)) return 'there is nothing to replace';
  if (op === 'replace' || !Array.isArray(parent)) set(parent, last, value);
  else if (last === '-') parent.push(value);
  else if (/^(0|[1-9]\d*)$/.test(last) && Number(last) <= parent.length)
    parent.splice(Number(last), 0, value);
  else return `the list has ${parent.length} items`;
  return null;
}

function unescaped(part: string): string {
  return part.includes('~') ? part.replaceAll('~1', '/').replaceAll('~0', '~') : part;
}

/** Sets a member, also one of the name `__proto__`. */
function set(parent: object, key: string, value: unknown): void {
  if (key !== '__proto__') (parent as Record<string, unknown>)[key] = value;
  else Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
}

function copied(value: object, copies: Set<object>): object {
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  copies.add(copy);
  return copy;
}
