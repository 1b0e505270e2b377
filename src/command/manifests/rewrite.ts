/**
 * Writes a manifest back with another content. Only the places that say something else are written, by their ranges in the
 * text: comments, quotes, anchors, the order of keys and the form of numbers stay as they are, byte for byte.
 */
import { isDeepStrictEqual } from 'node:util';
import { isCollection, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { isObject } from '../../injection/index.ts';
import { type Manifest, parseManifests } from './index.ts';
import { isMerge, keyOfPair, keysMerged } from './reading.ts';
import { Places } from './places.ts';
import { blockText, bracketedText, inlineText, type Style, styleOf } from './text.ts';

/** Additions within brackets that are longer get lines of their own. */
const INLINE_WIDTH = 100;

/** The source of a manifest with what it says changed to `after`. @throws when the text would not say that */
export function rewritten(manifest: Manifest, after: unknown): string {
  if (isDeepStrictEqual(manifest.json, after)) return manifest.source;
  const text = new Rewriting(manifest).text(after);
  if (!isDeepStrictEqual(contentOf(text, manifest.format), after))
    throw new Error(
      'the manifest is written in a way that cannot be changed in place: write its aliases out',
    );
  return text;
}

function contentOf(text: string, format: Manifest['format']): unknown {
  if (format === 'json') return JSON.parse(text) as unknown;
  return parseManifests(text, 'the result').find(({ root }) => root !== null)?.json;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where a value stands: as the value of a key or as an item, in brackets or in lines that begin at a column. */
interface Slot {
  readonly as: 'value' | 'item';
  readonly flow: boolean;
  readonly column: number;
}

class Rewriting {
  readonly #manifest: Manifest;
  readonly #source: string;
  readonly #places: Places;
  readonly #style: Style;
  readonly #edits: Edit[] = [];
  /** Anchored nodes that change: what other aliases to them say must not. */
  readonly #touched = new Map<Node, unknown>();

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
    this.#source = manifest.source;
    this.#places = new Places(manifest.source);
    this.#style = styleOf(manifest.source, manifest.format);
  }

  text(after: unknown): string {
    const { root, json } = this.#manifest;
    this.#change(root, { as: 'item', flow: false, column: 0 }, json, after);
    this.#keepOtherAliases();
    let text = '';
    let end = 0;
    for (const edit of this.#edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
      text += this.#source.slice(end, edit.start) + edit.text;
      end = edit.end;
    }
    return text + this.#source.slice(end);
  }

  #change(node: unknown, slot: Slot, before: unknown, after: unknown): void {
    if (isDeepStrictEqual(before, after)) return;
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) this.#touched.set(node, before);
    if (
      isMap(node) &&
      isObject(before) &&
      isObject(after) &&
      Object.keys(before).every((key) => Object.hasOwn(after, key))
    )
      this.#changeMap(node, slot, before, after);
    else if (isSeq(node) && Array.isArray(before) && Array.isArray(after) && after.length >= before.length)
      this.#changeList(node, slot, before, after);
    else this.#replace(node as Node, slot, after);
  }

  #changeMap(
    map: YAMLMap,
    slot: Slot,
    before: Readonly<Record<string, unknown>>,
    after: Readonly<Record<string, unknown>>,
  ): void {
    if (map.items.length === 0) return this.#replace(map, slot, after);
    const inside: Slot = {
      as: 'value',
      flow: slot.flow || map.flow === true,
      column: this.#places.column(map),
    };
    const added: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(after)) {
      const pair = map.items.find((one) => keyOfPair(one, this.#manifest.anchors) === key);
      if (isDeepStrictEqual(before[key], value)) continue;
      // A key that is merged in gets a value of its own, which wins where it stands last.
      const hidden = pair !== undefined && this.#isHidden(map, pair);
      if (pair === undefined || hidden) added[key] = value;
      else this.#change(pair.value, inside, before[key], value);
      if (hidden) this.#takeOut(map, pair);
    }
    if (Object.keys(added).length > 0) this.#insert(map, map.items.length, added);
  }

  /** Whether a member has no effect, since one below it merges another value in. */
  #isHidden({ items }: YAMLMap, pair: Pair): boolean {
    const { anchors } = this.#manifest;
    const key = keyOfPair(pair, anchors);
    const below = items.slice(items.indexOf(pair) + 1).filter(isMerge);
    return key !== undefined && below.some((merge) => keysMerged(merge, anchors).has(key));
  }

  /** Takes a member out of a mapping in which another follows it. */
  #takeOut({ items, flow }: YAMLMap, pair: Pair): void {
    const start = this.#places.placeOf(pair);
    const line = this.#places.lineOf(start);
    const end = this.#places.endOf(pair);
    const stop = this.#source[end - 1] === '\n' ? end : this.#source.indexOf('\n', end) + 1;
    if (flow !== true && this.#source.slice(line, start).trim() === '')
      this.#edits.push({ start: line, end: stop, text: '' });
    else this.#edits.push({ start, end: this.#places.placeOf(items[items.indexOf(pair) + 1]), text: '' });
  }

  #changeList(list: YAMLSeq, slot: Slot, before: readonly unknown[], after: readonly unknown[]): void {
    if (list.items.length === 0) return this.#replace(list, slot, after);
    const inside: Slot = {
      as: 'item',
      flow: slot.flow || list.flow === true,
      column: this.#places.column(list),
    };
    const at = insertedAt(before, after);
    const more = after.length - before.length;
    for (const [index, item] of list.items.entries())
      this.#change(item, inside, before[index], after[index < at ? index : index + more]);
    if (more > 0) this.#insert(list, at, after.slice(at, at + more));
  }

  /** Writes members or items into a collection that has some, before the one of that index. */
  #insert(
    into: YAMLMap | YAMLSeq,
    index: number,
    added: Readonly<Record<string, unknown>> | readonly unknown[],
  ): void {
    if (into.flow === true) this.#insertInBrackets(into, index, added);
    else this.#insertLines(into, index, added);
  }

  #insertLines(into: YAMLMap | YAMLSeq, index: number, added: unknown): void {
    const column = this.#places.column(into);
    const lines = blockText(added, column, this.#style);
    const previous = into.items[index - 1];
    if (previous !== undefined) return this.#addLines(this.#places.endOf(previous), lines);
    // The first item: its line may begin with the key or the item that it is in.
    const start = this.#places.startOf(into);
    const text = `${lines.slice(column)}${this.#style.newline}${' '.repeat(column)}`;
    this.#edits.push({ start, end: start, text });
  }

  /** Adds lines below the one that a place is in, comments in it included. */
  #addLines(place: number, lines: string): void {
    const { newline } = this.#style;
    if (place > 0 && this.#source[place - 1] === '\n') {
      this.#edits.push({ start: place, end: place, text: `${lines}${newline}` });
      return;
    }
    const end = this.#source.indexOf('\n', place);
    const start = end === -1 ? this.#source.length : end + 1;
    this.#edits.push({ start, end: start, text: end === -1 ? `${newline}${lines}` : `${lines}${newline}` });
  }

  #insertInBrackets(
    into: YAMLMap | YAMLSeq,
    index: number,
    added: Readonly<Record<string, unknown>> | readonly unknown[],
  ): void {
    const previous = into.items[index - 1];
    const start = previous === undefined ? this.#places.startOf(into) + 1 : this.#places.endOf(previous);
    const indent = this.#indentIn(into) ?? this.#indentFor(into, this.#entries(added, null));
    const texts = this.#entries(added, indent);
    const gap = indent === null ? (this.#style.spaced ? ' ' : '') : this.#style.newline + indent;
    const text =
      previous === undefined
        ? texts.map((one) => `${indent === null ? '' : gap}${one},`).join(indent === null ? gap : '') +
          (indent === null ? gap : '')
        : texts.map((one) => `,${gap}${one}`).join('');
    this.#edits.push({ start, end: start, text });
  }

  /** Members or items as text within brackets, each over several lines where there are lines. */
  #entries(
    added: Readonly<Record<string, unknown>> | readonly unknown[],
    indent: string | null,
  ): readonly string[] {
    const text = (value: unknown) => this.#bracketed(value, indent);
    if (Array.isArray(added)) return added.map(text);
    const colon = indent === null && !this.#style.spaced ? ':' : ': ';
    return Object.entries(added).map(
      ([key, value]) => `${inlineText(key, this.#style)}${colon}${text(value)}`,
    );
  }

  #bracketed(value: unknown, indent: string | null): string {
    const inline = inlineText(value, this.#style);
    if (indent === null || (this.#style.format === 'yaml' && inline.length <= INLINE_WIDTH)) return inline;
    return bracketedText(value, indent, this.#style);
  }

  /** The indentation of additions that are too long for the one line that they belong to; null where they are not. */
  #indentFor(into: YAMLMap | YAMLSeq, texts: readonly string[]): string | null {
    if (this.#style.format === 'json' || texts.join(', ').length <= INLINE_WIDTH) return null;
    const line = this.#source.slice(this.#places.lineOf(this.#places.startOf(into)));
    return ' '.repeat(/^\ufeff?([ -]*)/.exec(line)?.[1]?.length ?? 0) + this.#style.step;
  }

  /** The indentation of lines within brackets; null where all stays on one line. */
  #indentIn(into: YAMLMap | YAMLSeq): string | null {
    const start = this.#places.startOf(into);
    const last = into.items.at(-1);
    const inside = this.#source.slice(start, this.#places.endOf(into));
    if (last === undefined || !inside.includes('\n')) return null;
    const place = this.#places.placeOf(last);
    return /^[ \t]*/.exec(this.#source.slice(this.#places.lineOf(place)))?.[0] ?? '';
  }

  /** Writes another value in the place of a node. */
  #replace(node: Node, slot: Slot, value: unknown): void {
    const start = this.#places.startOf(node);
    const end = this.#places.endOf(node);
    const wantsLines = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
    if (slot.flow || this.#style.format === 'json' || !wantsLines)
      return this.#replaceInline(start, end, slot, value);
    const { column } = slot;
    const inner =
      column + (Array.isArray(value) && slot.as === 'value' && !this.#style.indentedLists ? 0 : 2);
    const isLines = isCollection(node) && node.flow !== true && node.items.length > 0;
    if (isLines) {
      const own = this.#places.column(node);
      const ended = this.#source[end - 1] === '\n' ? this.#style.newline : '';
      this.#edits.push({ start, end, text: blockText(value, own, this.#style).slice(own) + ended });
      return;
    }
    let begin = start;
    while (/[ \t]/.test(this.#source[begin - 1] ?? '')) begin -= 1;
    // A block scalar ends with its line.
    const ended = this.#source[end - 1] === '\n' ? this.#style.newline : '';
    if (end > start) this.#edits.push({ start: begin, end, text: ended });
    this.#addLines(end, blockText(value, inner, this.#style));
  }

  #replaceInline(start: number, end: number, slot: Slot, value: unknown): void {
    const line = /^[ \t]*/.exec(this.#source.slice(this.#places.lineOf(start)))?.[0] ?? '';
    const multi = this.#style.format === 'json' ? this.#style.overLines : slot.flow;
    const gap = /[:\-,]/.test(this.#source[start - 1] ?? '') && this.#style.spaced ? ' ' : '';
    const ended = end > start && this.#source[end - 1] === '\n' ? this.#style.newline : '';
    const indent = multi ? line + (this.#style.format === 'json' ? '' : this.#style.step) : null;
    this.#edits.push({ start, end, text: gap + this.#bracketed(value, indent) + ended });
  }

  /** Other aliases to what changed are written out as it was. */
  #keepOtherAliases(): void {
    const written = [...this.#edits];
    for (const [alias, target] of this.#manifest.anchors) {
      const start = this.#places.startOf(alias);
      const isGone = written.some((edit) => edit.start <= start && start < edit.end);
      if (isGone || !this.#touched.has(target)) continue;
      this.#edits.push({
        start,
        end: this.#places.endOf(alias),
        text: inlineText(this.#touched.get(target), this.#style),
      });
    }
  }
}

/** Where items were put into a list, the others as they were or changed: behind what is equal at its beginning. */
function insertedAt(before: readonly unknown[], after: readonly unknown[]): number {
  let tail = 0;
  while (tail < before.length && isDeepStrictEqual(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
  return before.length - tail;
}
