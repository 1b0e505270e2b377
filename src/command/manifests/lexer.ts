/** The tokens of a document where go-yaml, which kubectl reads with, has other rules than the `yaml` package. */
import { CST, Lexer, Parser } from 'yaml';
import { ReadingError } from './reading.ts';

/** The tokens of the document that a text begins with, and the place where it ends. */
export interface Tokens {
  readonly tokens: readonly CST.Token[];
  readonly end: number;
}

/** Takes the first document of a text apart. @throws ReadingError for what go-yaml refuses and the package does not */
export function tokensOf(text: string): Tokens {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let end = 0;
  for (const lexeme of lexemesOf(text)) {
    tokens.push(...parser.next(lexeme));
    if (!MARKS.has(lexeme)) end += lexeme.length;
  }
  tokens.push(...parser.end());
  return { tokens, end };
}

/** Lexemes that say what follows and stand for no text. */
const MARKS: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);
const DEPTH: Readonly<Record<string, number>> = { '{': 1, '[': 1, '}': -1, ']': -1 };

function* lexemesOf(text: string): Generator<string> {
  const state = { at: 0, depth: 0, column: -1, isText: false, isPlain: false, before: '\n' };
  let documents = 0;
  for (const lexeme of lexer().lex(text)) {
    const type = state.isText ? 'text' : CST.tokenType(lexeme);
    if (type === 'doc-mode') documents += 1;
    if (type === 'doc-end' || documents > 1) return;
    if (type === 'directive-line')
      throw new ReadingError(
        `kubectl reads no directive such as ${lexeme.trim()}: take the line out`,
        state.at,
      );
    if (type === 'tag' && /\S/.test(text[state.at + lexeme.length] ?? ' '))
      throw new ReadingError(`a blank must follow ${lexeme}`, state.at);
    if (type === 'space' && state.depth === 0 && indents(lexeme, text, state))
      throw new ReadingError('a tab stands where a line is indented: write blanks', state.at);
    yield lexeme;
    state.column = columnOf(type, text, state);
    if (!MARKS.has(lexeme)) state.at += lexeme.length;
    if (!state.isText) state.depth += DEPTH[lexeme] ?? 0;
    if (type !== 'space' && type !== 'newline') state.isPlain = type === 'text';
    if (!/^ +$/.test(lexeme) && type !== 'doc-mode' && type !== 'byte-order-mark') state.before = lexeme;
    state.isText = lexeme === CST.SCALAR;
  }
}

interface State {
  readonly at: number;
  /** The column of the lines that the last mapping or list within lines consists of. */
  readonly column: number;
  readonly isPlain: boolean;
  readonly before: string;
}

/** Whether blanks indent a line with a tab. It may part words, and stand in a blank line that a plain scalar spans. */
function indents(blanks: string, text: string, { at, column, isPlain, before }: State): boolean {
  const tab = blanks.indexOf('\t');
  if (tab < 0 || !/^(\r?\n|[-?])$/.test(before)) return false;
  return !isPlain || lineBefore(text, at + tab).length <= column;
}

function columnOf(type: string | null, text: string, { at, column }: State): number {
  const line = lineBefore(text, at);
  if (type === 'seq-item-ind' || type === 'explicit-key-ind') return line.length;
  return type === 'map-value-ind' ? (/^ *(?:[-?:] +)*/.exec(line)?.[0].length ?? 0) : column;
}

/** The part of a line that stands before a place. */
function lineBefore(text: string, place: number): string {
  return text.slice(text.lastIndexOf('\n', place - 1) + 1, place);
}

/** What the package keeps to itself of a lexer. */
interface Inside {
  readonly buffer: string;
  readonly pos: number;
  readonly flowLevel: number;
  /** The place from which a scalar goes on in the next line; -1 where it does not. */
  continueScalar(offset: number): number;
}

/** A lexer to which the indentation within brackets and quotes means nothing; the package has no option for it. */
function lexer(): Lexer {
  const made = new Lexer();
  const inside = made as unknown as Inside;
  const continueScalar = inside.continueScalar.bind(inside);
  let indent = 0;
  let quoted = false;
  Object.defineProperty(inside, 'indentNext', {
    get: () => (quoted || inside.flowLevel > 0 ? 0 : indent),
    set: (next: number) => {
      indent = next;
    },
  });
  inside.continueScalar = (offset) => {
    quoted = /["']/.test(inside.buffer[inside.pos] ?? '');
    const next = continueScalar(offset);
    quoted = false;
    return next;
  };
  return made;
}
