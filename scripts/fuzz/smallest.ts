/** JSON made smaller as long as it still shows what it shows. */

/** The value with every member and item left out that can be. A value that does not break stays as it is. */
export function smallest(value: unknown, breaks: (candidate: unknown) => boolean): unknown {
  if (!breaks(value)) return value;
  let current = value;
  for (let changed = true; changed;) {
    changed = false;
    for (const path of pathsOf(current)) {
      const candidate = without(current, path);
      if (candidate === undefined || !breaks(candidate)) continue;
      current = candidate;
      changed = true;
      break;
    }
  }
  return current;
}

type Path = readonly string[];

/** The ways to all members and items, the outer ones first: what is inside goes with them. */
function pathsOf(value: unknown): readonly Path[] {
  const paths: Path[] = [];
  let level: readonly (readonly [Path, unknown])[] = [[[], value]];
  while (level.length > 0) {
    level = level.flatMap(([path, parent]) =>
      typeof parent === 'object' && parent !== null
        ? Object.entries(parent).map(([key, child]) => [[...path, key], child] as const)
        : [],
    );
    paths.push(...level.map(([path]) => path));
  }
  return paths;
}

/** A copy without the value at a path. */
function without(value: unknown, path: Path): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  let parent: unknown = copy;
  for (const key of path.slice(0, -1)) parent = (parent as Record<string, unknown>)[key];
  const last = path.at(-1) ?? '';
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete (parent as Record<string, unknown>)[last];
  return copy;
}
