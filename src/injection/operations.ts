/**
 * Operations of RFC 6902, built from what the pod has and lacks: a missing parent is added whole, and lists are only
 * extended. A patch made by comparing two objects would go by index instead and could touch what it must not.
 */
import { isObject, member } from './json.ts';
import type { JsonObject, Operation } from './types.ts';

/** A way to a value: member names and list indexes from the root of the pod. */
export type Path = readonly (string | number)[];

/** A path in the notation of RFC 6901. */
export function pointer(path: Path): string {
  let text = '';
  for (const part of path) text += `/${typeof part === 'string' && /[~/]/.test(part) ? escaped(part) : part}`;
  return text;
}

function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Sets members of the object at a path, adding the object where it is missing or null. */
export function setMembers(pod: JsonObject, path: Path, members: JsonObject): readonly Operation[] {
  if (!isObject(valueAt(pod, path))) return [{ op: 'add', path: pointer(path), value: members }];
  return Object.entries(members).map(([key, value]) => ({ op: 'add', path: pointer([...path, key]), value }));
}

/** Adds items to the end of the list at a path, adding the list where it is missing or null. */
export function appendItems(pod: JsonObject, path: Path, items: readonly unknown[]): readonly Operation[] {
  if (items.length === 0) return [];
  if (!Array.isArray(valueAt(pod, path))) return [{ op: 'add', path: pointer(path), value: items }];
  return items.map((value) => ({ op: 'add', path: pointer([...path, '-']), value }));
}

/** Adds an item to the start of the list at a path. */
export function prependItem(pod: JsonObject, path: Path, item: unknown): Operation {
  if (!Array.isArray(valueAt(pod, path))) return { op: 'add', path: pointer(path), value: [item] };
  return { op: 'add', path: pointer([...path, 0]), value: item };
}

/** Adds a member whose parent is there, or an item in place of which the others move on. */
export function addValue(path: Path, value: unknown): Operation {
  return { op: 'add', path: pointer(path), value };
}

/** Replaces the value at a path, which must be there. */
export function replaceValue(path: Path, value: unknown): Operation {
  return { op: 'replace', path: pointer(path), value };
}

function valueAt(pod: JsonObject, path: Path): unknown {
  return path.reduce<unknown>((value, part) => {
    if (Array.isArray(value))
      return typeof part === 'number' ? (value as readonly unknown[])[part] : undefined;
    return isObject(value) ? member(value, String(part)) : undefined;
  }, pod);
}
