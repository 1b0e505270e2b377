/** Which flavor images of a name are, by the word of whoever installs the injector. */
import { FLAVORS } from './index.ts';

/** One rule: `match` is an image without tag and digest, in which `*` stands for any text. */
export interface ImageRule {
  readonly match: string;
  readonly flavor: string;
}

const RULES_MAXIMUM = 100;
const MATCH = /^(?=.*[A-Za-z0-9])[A-Za-z0-9._:/*-]{1,255}$/;

/**
 * Reads the rules.
 *
 * @param json a list of rules as JSON
 * @param problems gets a sentence for each fault
 */
export function readImageRules(name: string, json: string, problems: string[]): readonly ImageRule[] {
  const ids = FLAVORS.map(({ id }) => id);
  const list = parsed(json);
  if (!Array.isArray(list) || list.length > RULES_MAXIMUM) {
    problems.push(`${name} must be a JSON list of at most ${RULES_MAXIMUM} rules {"match", "flavor"}`);
    return [];
  }
  return (list as readonly unknown[]).flatMap((one, index) => {
    const { match, flavor } = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
    const at = `${name}[${index}]`;
    const isMatch = typeof match === 'string' && MATCH.test(match);
    const isFlavor = typeof flavor === 'string' && ids.includes(flavor);
    if (!isMatch)
      problems.push(
        `${at}.match is ${JSON.stringify(match)}; allowed is an image without tag, with * for any text`,
      );
    if (!isFlavor) problems.push(`${at}.flavor is ${JSON.stringify(flavor)}; allowed is ${ids.join(', ')}`);
    return isMatch && isFlavor ? [{ match, flavor }] : [];
  });
}

/** The flavor that the first fitting rule gives an image; undefined where none fits. */
export function ruledFlavor(repository: string, rules: readonly ImageRule[]): string | undefined {
  return rules.find(({ match }) => fits(match, repository))?.flavor;
}

/** Whether a text has the parts between the stars, in their order: linear, whatever the pattern. */
function fits(match: string, text: string): boolean {
  const [first = '', ...rest] = match.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return from <= text.length - last.length;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
