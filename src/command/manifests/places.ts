/** Where the nodes of a document stand in its text. */
import { isCollection, isMap, isPair, type Node, type YAMLMap, type YAMLSeq } from 'yaml';

export class Places {
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  startOf(node: Node): number {
    return node.range?.[0] ?? 0;
  }

  /** Where the last character of a member, an item or a node is, comments behind it aside. */
  endOf(item: unknown): number {
    const node = lastOf(item);
    return node?.range?.[1] ?? 0;
  }

  /** Where a member or an item begins, what marks or names its key included. */
  placeOf(item: unknown): number {
    if (!isPair(item)) return this.startOf(item as Node);
    const start = this.startOf(item.key as Node);
    const before = this.#source.slice(this.lineOf(start), start);
    return start - (/(?:\?[ \t]+)?(?:[&!]\S*[ \t]+)*$/.exec(before)?.[0].length ?? 0);
  }

  lineOf(place: number): number {
    return this.#source.lastIndexOf('\n', place - 1) + 1;
  }

  /** The column at which the lines of a collection begin; none counts within brackets. */
  column(node: YAMLMap | YAMLSeq): number {
    if (node.flow === true) return 0;
    const place = isMap(node) && node.items.length > 0 ? this.placeOf(node.items[0]) : this.startOf(node);
    return this.#source.slice(this.lineOf(place), place).replace(/^\ufeff/, '').length;
  }
}

/** The node that ends a member, an item or a collection of lines. */
function lastOf(item: unknown): Node | null {
  if (isPair(item)) return lastOf(item.value ?? item.key);
  if (isCollection(item) && item.flow !== true && item.items.length > 0) return lastOf(item.items.at(-1));
  return item as Node | null;
}
