/** What of a user's pod is gone or changed after the injection. */

const ADDRESS = 'WSREP_CLUSTER_ADDRESS';
/** An address that names nobody: the one value of the user's that is replaced. */
const BARE = /^\s*(gcomm:\/\/)?(\?[\w.=&;]*)?\s*$/;

/** Lists that the injection adds to, and whether it puts its item first. */
const GROWN: readonly (readonly [RegExp, 0 | 1])[] = [
  [/^\/spec\/volumes$/, 0],
  [/^\/spec\/containers\/\d+\/(env|ports|volumeMounts)$/, 0],
  [/^\/spec\/initContainers$/, 1],
  [/^\/spec\/containers\/\d+\/command$/, 1],
];

/** The paths at which a value of `before` is gone or another one, other than where the design says so. */
export function losses(before: unknown, now: unknown, path = ''): readonly string[] {
  if (before === now || mayChange(before, path)) return [];
  // Null counts as absent for the API, and so does an empty list.
  if (before === null) return [];
  if (Array.isArray(before)) return before.length === 0 ? [] : lostItems(before, now, path);
  if (isObject(before)) return isObject(now) ? lostMembers(before, now, path) : [path];
  return [path];
}

function lostItems(before: readonly unknown[], now: unknown, path: string): readonly string[] {
  if (!Array.isArray(now) || now.length < before.length) return [path];
  const grown = now.length > before.length ? GROWN.find(([allowed]) => allowed.test(path)) : undefined;
  if (now.length > before.length && grown === undefined) return [path];
  const ahead = grown?.[1] ?? 0;
  return before.flatMap((item, index) => losses(item, now[index + ahead], `${path}/${index}`));
}

function lostMembers(
  before: Record<string, unknown>,
  now: Record<string, unknown>,
  path: string,
): readonly string[] {
  const lost: string[] = [];
  for (const key of Object.keys(before)) {
    const here = `${path}/${key.includes('/') ? key.replaceAll('/', '~1') : key}`;
    if (!Object.hasOwn(now, key)) lost.push(here);
    else if (before[key] !== now[key] && !(key === 'value' && isCompleted(before, now, path)))
      lost.push(...losses(before[key], now[key], here));
  }
  return lost;
}

/** Whether the variable is a bare address that now names the members, with the options it had. */
function isCompleted(before: Record<string, unknown>, now: Record<string, unknown>, path: string): boolean {
  const [was, is] = [before['value'] ?? '', now['value']];
  if (before['name'] !== ADDRESS || !/^\/spec\/containers\/\d+\/env\/\d+$/.test(path)) return false;
  if (typeof was !== 'string' || typeof is !== 'string' || !BARE.test(was)) return false;
  return is.startsWith('gcomm://') && is.endsWith(/\?.*$/.exec(was.trim())?.[0] ?? '');
}

/** The injector's own mark, and host fields that say nothing. */
function mayChange(before: unknown, path: string): boolean {
  if (path === '/metadata/annotations/galera-injector.dev~1injected') return true;
  return /^\/spec\/(hostname|subdomain)$/.test(path) && (before === '' || typeof before !== 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
