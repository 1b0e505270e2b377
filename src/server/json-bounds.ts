/**
 * Looks at JSON before it is parsed. `JSON.parse` takes any depth and any number of keys; what comes after it recurses
 * and hashes, so a body of nothing but brackets would end in a full stack and one of colliding keys in a busy process.
 */

/** Levels of nesting. A pod with its managedFields has about twenty. */
const DEPTH_MAX = 100;
/** Members of one object or list; ten times those of the largest pods known. */
const MEMBERS_MAX = 20_000;
/** Members in all: a pod of 1.5 MiB, the most that etcd takes, in its smallest fields, with managedFields for each. */
const TOTAL_MAX = 400_000;

/** Bytes of a string that are looked at one by one. */
const SHORT = 64;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Null when the JSON is within bounds, else which it exceeds. Never recurses; says nothing about the grammar. */
export function findExcess(json: Buffer): string | null {
  const members = new Uint32Array(DEPTH_MAX + 1);
  let depth = 0;
  let total = 0;
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at] ?? 0) {
      case QUOTE:
        at = endOfString(json, at);
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        total += 1;
        if (depth > DEPTH_MAX) return `the JSON is nested more than ${DEPTH_MAX} levels deep`;
        members[depth] = 1;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth = Math.max(0, depth - 1);
        break;
      case COMMA: {
        total += 1;
        const here = (members[depth] ?? 0) + 1;
        members[depth] = here;
        if (here > MEMBERS_MAX) return `an object or list of the JSON has more than ${MEMBERS_MAX} members`;
        break;
      }
      default:
    }
    if (total > TOTAL_MAX) return `the JSON has more than ${TOTAL_MAX} members`;
  }
  return null;
}

/** Index of the closing quote, or of the end of the text. */
function endOfString(json: Buffer, start: number): number {
  // Most are names of fields: byte by byte is faster for them than a search that has to be set up.
  const near = Math.min(json.length, start + SHORT);
  for (let at = start + 1; at < near; at += 1) {
    if (json[at] === BACKSLASH) at += 1;
    else if (json[at] === QUOTE) return at;
  }
  for (let end = json.indexOf(QUOTE, near); end !== -1; end = json.indexOf(QUOTE, end + 1)) {
    let slashes = 0;
    while (json[end - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return json.length;
}
