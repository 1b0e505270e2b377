/** The documents of a file as kubectl finds them, and the tree of each. */
import { Composer, isCollection } from 'yaml';
import { tokensOf } from './lexer.ts';
import { isJson } from './json-stream.ts';
import { ReadingError } from './reading.ts';
import { refuseScalars } from './refused.ts';

/** Each scalar is left as text: what it means is for scalars.ts to say. */
const OPTIONS = { version: '1.1', schema: 'failsafe', merge: false, uniqueKeys: false } as const;

/** What the package says of text that is no part of the document above it. */
const STRAY = {
  lines: /^Unexpected .* at node end/,
  brackets: /^Unexpected /,
} as const;

/** A line that is neither blank nor a comment. */
const CONTENT = /(?<![^\n])[^\S\n]*[^\s#]/;

/** A document of a text. */
export interface Tree {
  /** What it holds; null where it holds nothing. Ranges count from its beginning. */
  readonly root: unknown;
  /** Where text stands behind its end, which kubectl does not read. */
  readonly unread?: number;
}

/**
 * The documents of a text, each with the `---` above it. kubectl cuts a file at its lines before it reads any YAML
 * (k8s.io/apimachinery, YAMLReader), within quotes and brackets too.
 */
export function documentsIn(text: string): readonly string[] {
  const starts = [...text.matchAll(/(?<![^\n])---/g)].map(({ index }) => index).filter((index) => index > 0);
  return [0, ...starts].map((start, at) => text.slice(start, starts[at]));
}

/** The tree of a document, which may be the first of its file. @throws ReadingError for what kubectl refuses */
export function treeOf(source: string, format: 'yaml' | 'json', isFirst: boolean): Tree {
  const text = format === 'json' ? source : contentOf(source, isFirst);
  const { tokens, end } = tokensOf(text);
  const [tree] = [...new Composer(OPTIONS).compose(tokens, true, text.length)];
  const root = tree?.contents ?? null;
  const problem = tree?.errors.find(({ message }) => !message.startsWith('Comments must be separated'));
  const ended = endOf(root, text, end);
  // go-yaml reads nothing behind the last line or the bracket of a document.
  const stray = isCollection(root) && root.flow === true ? STRAY.brackets : STRAY.lines;
  const isBehind =
    problem !== undefined && ended < end && problem.pos[0] >= ended && stray.test(problem.message);
  if (problem !== undefined && !isBehind) throw new ReadingError(problem.message, problem.pos[0]);
  const isUnread = isBehind || CONTENT.test(text.slice(end));
  if (tree !== undefined && format === 'yaml') refuseScalars(tree, text);
  if (text.startsWith('...', end) && !CONTENT.test(text.slice(0, end)))
    throw new ReadingError('nothing stands above the ...: take it out', end);
  if (isUnread && isFirst && isJson(text.slice(0, ended)))
    throw new ReadingError('text stands behind a JSON object: begin it with a line ---', ended);
  return { root, ...(isUnread ? { unread: ended } : {}) };
}

/** Where what a document says ends; `end` where a bracket is left open. */
function endOf(root: unknown, text: string, end: number): number {
  if (!isCollection(root)) return end;
  const [, place = end] = root.range ?? [];
  return root.flow !== true || /[\]}]/.test(text[place - 1] ?? '') ? place : end;
}

/** The text of a document as far as it is YAML; each place in it is where it was. */
function contentOf(source: string, isFirst: boolean): string {
  const [, separator = '', behind = ''] = /^(---(.*))/.exec(source) ?? [];
  if (!/^\s*(#|$)/.test(behind))
    throw new ReadingError('the document must begin on the line below its ---', 0);
  const control = /[^\t\n\r -~\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(source);
  if (control !== null)
    throw new ReadingError(
      'a control character stands here: write it as an escape within quotes',
      control.index,
    );
  // go-yaml ends lines at these as well.
  const text = isFirst ? source : ' '.repeat(separator.length) + source.slice(separator.length);
  return text.replaceAll(/\r(?!\n)|\u0085/g, '\n');
}
