/** The operations of a patch, carried out on a copy of a manifest's JSON. */
import { isObject, type Operation } from '../../injection/index.ts';

export type Path = readonly (string | number)[];

/**
 * A copy of a document with the operations applied below a path. A list that an operation extends is made where it is
 * missing: the pod of a StatefulSet has volumes for its claims that the template has not.
 */
export function withOperations(document: unknown, base: Path, operations: readonly Operation[]): unknown {
  return operations.reduce((changed, { op, path, value }) => {
    const parts = path
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    return changedAt(
      changed,
      [...base, ...parts],
      (list, index) => (op === 'replace' ? list.with(index, value) : list.toSpliced(index, 0, value)),
      value,
    );
  }, document);
}

/** A copy with one member set; what is missing above it is made. */
export function withMember(document: unknown, path: Path, value: unknown): unknown {
  return changedAt(document, path, (list, index) => list.with(index, value), value);
}

function changedAt(
  target: unknown,
  [key, ...rest]: Path,
  inList: (list: readonly unknown[], index: number) => unknown[],
  value: unknown,
): unknown {
  if (key === undefined) return value;
  if (Array.isArray(target) || key === '-') {
    const list: readonly unknown[] = Array.isArray(target) ? target : [];
    const index = key === '-' ? list.length : Number(key);
    return rest.length === 0
      ? inList(list, index)
      : list.with(index, changedAt(list[index], rest, inList, value));
  }
  const members = isObject(target) ? target : {};
  return { ...members, [key]: changedAt(members[key], rest, inList, value) };
}
