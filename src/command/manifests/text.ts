/** Values as new text of a manifest: lines of their own where the text around them has such, one line elsewhere. */
import { Document, isMap, isSeq, type Node, Scalar } from 'yaml';

/** How a document is written. */
export interface Style {
  readonly format: 'yaml' | 'json';
  /** Line ending. */
  readonly newline: string;
  /** One step of indentation. */
  readonly step: string;
  /** Whether a list below a key is indented. */
  readonly indentedLists: boolean;
  /** Whether JSON on one line has blanks behind its colons and commas. */
  readonly spaced: boolean;
  /** Whether the text has more than one line. */
  readonly overLines: boolean;
}

/** The style of a text; where it leaves one open, the one of kubectl. */
export function styleOf(text: string, format: Style['format']): Style {
  return {
    format,
    newline: /\r\n/.test(text) && !/[^\r]\n/.test(text) ? '\r\n' : '\n',
    step: format === 'json' ? (/^[^\S\n]*[[{]\r?\n([ \t]+)\S/.exec(text.trimStart())?.[1] ?? '  ') : '  ',
    indentedLists:
      !/^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m.test(text) && /^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1 +- /m.test(text),
    overLines: text.trim().includes('\n'),
    spaced: format === 'yaml' || /"\s*:\s/.test(text),
  };
}

/** Words that some reader of YAML takes for something else than text. */
const KEYWORDS = /^(true|false|yes|no|on|off|y|n|null)$/i;
const PLAIN = /^[A-Za-z/][A-Za-z0-9/_.-]*$/;
/** Characters that go-yaml refuses, or takes for the end of a line. */
const SPECIAL = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A scalar on one line. */
export function scalarText(value: unknown, { format }: Pick<Style, 'format'>): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'string') return JSON.stringify(value);
  if (format === 'yaml' && isPlain(value)) return value;
  return escaped(JSON.stringify(value));
}

/** Escapes within quotes what may not stand there as it is; such text is always in quotes. */
function escaped(text: string): string {
  return text.replace(SPECIAL, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isPlain(text: string): boolean {
  return PLAIN.test(text) && !KEYWORDS.test(text);
}

/** A value on one line. */
export function inlineText(value: unknown, style: Style): string {
  const gap = style.spaced ? ' ' : '';
  if (Array.isArray(value)) return `[${value.map((item) => inlineText(item, style)).join(`,${gap}`)}]`;
  if (typeof value !== 'object' || value === null) return scalarText(value, style);
  const members = Object.entries(value).map(
    ([key, item]) => `${scalarText(key, style)}:${gap}${inlineText(item, style)}`,
  );
  return `{${members.join(`,${gap}`)}}`;
}

/** A value within brackets, over several lines; the first line has no indentation. */
export function bracketedText(value: unknown, indent: string, style: Style): string {
  const inner = indent + style.step;
  const spread = (open: string, entries: readonly string[], close: string): string =>
    entries.length === 0
      ? open + close
      : `${open}${style.newline}${inner}${entries.join(`,${style.newline}${inner}`)}${style.newline}${indent}${close}`;
  if (Array.isArray(value))
    return spread(
      '[',
      value.map((item) => bracketedText(item, inner, style)),
      ']',
    );
  if (typeof value !== 'object' || value === null) return scalarText(value, style);
  const members = membersOf(value).map(
    ([key, item]) => `${scalarText(key, style)}: ${bracketedText(item, inner, style)}`,
  );
  return spread('{', members, '}');
}

/** The members of an object that JSON has. */
function membersOf(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}

/** A value as lines of YAML that stand at a column; the last one has no line ending. */
export function blockText(value: unknown, column: number, style: Style): string {
  const document = new Document(null, { schema: 'failsafe' });
  document.contents = toNode(document, value);
  const text = document.toString({
    lineWidth: 0,
    indentSeq: style.indentedLists,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  });
  return escaped(text)
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(column) + line))
    .join(style.newline);
}

/** A tree for a value, where each scalar is written so that every reader gets the type it has in JSON. */
function toNode(document: Document, value: unknown): Node {
  if (Array.isArray(value) || (typeof value === 'object' && value !== null)) {
    const node = document.createNode(Array.isArray(value) ? [] : {}) as Node;
    if (isSeq(node)) node.items = (value as readonly unknown[]).map((item) => toNode(document, item));
    if (isMap(node))
      for (const [key, item] of membersOf(value)) node.set(toNode(document, key), toNode(document, item));
    if (isMap(node) || isSeq(node)) node.flow = node.items.length === 0;
    return node;
  }
  const scalar = new Scalar(String(value));
  if (typeof value === 'string')
    scalar.type = blockScalar(value) ?? (isPlain(value) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE);
  return scalar;
}

/** Lines stay lines where nothing in them could be lost. */
function blockScalar(text: string): Scalar.Type | undefined {
  return /^[!-~][ -~]*(\n[ -~]*)*\n?$/.test(text) && text.includes('\n') && !/[ \n]\n/.test(text)
    ? Scalar.BLOCK_LITERAL
    : undefined;
}
