/** JSON values that follow each other in one text, as jq and `kubectl get -o json` write them. */

/**
 * The values of a text, each with the blanks around it; null for a text that is no sequence of JSON objects.
 */
export function jsonValuesOf(text: string): readonly string[] | null {
  if (!/^\s*\{/.test(text)) return null;
  const values = [];
  let start = 0;
  for (let end = endOfValue(text, 0); end !== null && start < text.length; end = endOfValue(text, start)) {
    const rest = text.slice(end);
    const stop = rest.trim() === '' ? text.length : end + (/^\s*?\n/.exec(rest)?.[0].length ?? 0);
    const value = text.slice(start, stop);
    if (!isJson(value)) return null;
    values.push(value);
    start = stop;
  }
  return start === text.length ? values : null;
}

/** The place behind the brace that closes the object which begins next; null where there is none. */
function endOfValue(text: string, start: number): number | null {
  const marks = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}]/gs;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === '{') depth += 1;
    if (mark[0] === '}') depth -= 1;
    if (depth === 0 && mark[0] === '}') return marks.lastIndex;
  }
  return null;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
