/** Where the nodes of a document stand in its text. */
import { isCollection, isMap, isPair, isScalar, type Node, type YAMLMap, type YAMLSeq } from 'yaml';

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

  placeOf(item: unknown): number {
    const node = (isPair(item) ? item.key : item) as Node;
    return this.startOf(node);
  }

  lineOf(place: number): number {
    return this.#source.lastIndexOf('\n', place - 1) + 1;
  }

  /** The column at which the lines of a collection begin; none counts within brackets. */
  column(node: YAMLMap | YAMLSeq): number {
    if (node.flow === true) return 0;
    const bare = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.anchor === undefined && key.tag === undefined)
      : undefined;
    const place = bare === undefined ? this.startOf(node) : this.placeOf(bare);
    const line = this.lineOf(place);
    const before = this.#source.slice(line, place).replace(/^\ufeff/, '');
    return /\?[ \t]+$/.exec(before)?.index ?? before.length;
  }
}

/** The node that ends a member, an item or a collection of lines. */
function lastOf(item: unknown): Node | null {
  if (isPair(item)) return lastOf(item.value ?? item.key);
  if (isCollection(item) && item.flow !== true && item.items.length > 0) return lastOf(item.items.at(-1));
  return item as Node | null;
}
