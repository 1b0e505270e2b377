/** What a document says to Kubernetes: its YAML as the JSON that kubectl sends (sigs.k8s.io/yaml, YAMLToJSON). */
import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { keyOf, valueOf } from './scalars.ts';

/** What each alias of a document stands for: the node that bore its anchor last before it. */
export type Anchors = ReadonlyMap<Alias, Node>;

/** Finds what the aliases stand for. @throws ReadingError when one names no anchor above it */
export function anchorsIn(root: unknown): Anchors {
  const named = new Map<string, Node>();
  const anchors = new Map<Alias, Node>();
  const visit = (node: unknown): void => {
    if (isAlias(node)) {
      const target = named.get(node.source);
      if (target === undefined)
        throw new ReadingError(`alias *${node.source} has no anchor above it`, node.range?.[0] ?? 0);
      anchors.set(node, target);
      return;
    }
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return;
    if (node.anchor !== undefined) named.set(node.anchor, node);
    if (isSeq(node)) for (const item of node.items) visit(item);
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      visit(key);
      visit(value);
    }
  };
  visit(root);
  return anchors;
}

/** Whether a member merges another mapping into its own; a quoted `<<` is a key like any other. */
export function isMerge({ key }: Pair): boolean {
  if (!isScalar(key) || key.value !== '<<') return false;
  return key.tag === 'tag:yaml.org,2002:merge' || (key.tag === undefined && key.type === 'PLAIN');
}

/** The key of a member as JSON has it; undefined where it merges. @throws for a key that JSON cannot have */
export function keyOfPair(pair: Pair, anchors: Anchors): string | undefined {
  if (isMerge(pair)) return undefined;
  const key = isAlias(pair.key) ? anchors.get(pair.key) : pair.key;
  if (!isScalar(key)) throw new Error('a list or a mapping cannot be a key');
  return keyOf(key);
}

/** A document that Kubernetes would refuse; `at` is the place in the text. */
export class ReadingError extends Error {
  override name = 'ReadingError';
  readonly at: number;

  constructor(cause: unknown, at: number) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.at = at;
  }
}

/** What an integer becomes that a number of JavaScript would round. */
type FromInteger = (integer: bigint) => number | bigint;

/** The document as JSON. @throws ReadingError for what Kubernetes refuses, and for a key that is given twice */
export function jsonOf(root: unknown, anchors: Anchors, fromInteger: FromInteger = Number): unknown {
  const reading = new Reading(anchors, fromInteger);
  try {
    return reading.value(root);
  } catch (cause) {
    throw new ReadingError(cause instanceof RangeError ? 'it is nested too deeply' : cause, reading.at);
  }
}

/** The keys that a member merges into its mapping. */
export function keysMerged({ value }: Pair, anchors: Anchors): ReadonlySet<string> {
  return new Set(new Reading(anchors).merged(value).keys());
}

class Reading {
  readonly #anchors: Anchors;
  readonly #fromInteger: FromInteger;
  readonly #open = new Set<Alias>();
  /** Where the node begins that is being read. */
  at = 0;
  #nodes = 0;
  #copied = 0;

  constructor(anchors: Anchors, fromInteger: FromInteger = Number) {
    this.#anchors = anchors;
    this.#fromInteger = fromInteger;
  }

  value(node: unknown): unknown {
    this.#count();
    this.#stand(node);
    if (isAlias(node)) return this.#alias(node, () => this.value(this.#anchors.get(node)));
    if (isSeq(node)) return node.items.map((item) => this.value(item));
    if (isMap(node)) return Object.fromEntries(this.#members(node));
    if (!isScalar(node)) return null;
    const value = valueOf(node);
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new Error(`${String(node.value)} is a number that JSON does not have: put it in quotes`);
    return typeof value === 'bigint' ? this.#fromInteger(value) : value;
  }

  /** Members in their order, in which go-yaml also merges: a merge that comes later wins over a key above it. */
  #members(map: YAMLMap): Map<string, unknown> {
    const members = new Map<string, unknown>();
    const own = new Set<string>();
    for (const pair of map.items) {
      this.#stand(pair.key);
      const key = keyOfPair(pair, this.#anchors);
      if (key === undefined) {
        for (const [merged, value] of this.merged(pair.value)) members.set(merged, value);
        continue;
      }
      if (own.has(key)) throw new Error(`key ${JSON.stringify(key)} is given twice: remove one of them`);
      own.add(key);
      this.#count();
      members.set(key, this.value(pair.value));
    }
    return members;
  }

  merged(node: unknown): Map<string, unknown> {
    if (isSeq(node)) return new Map(node.items.toReversed().flatMap((item) => [...this.#mapping(item)]));
    return this.#mapping(node);
  }

  #mapping(node: unknown): Map<string, unknown> {
    this.#count();
    if (isMap(node)) return this.#members(node);
    const target = isAlias(node) ? this.#anchors.get(node) : undefined;
    if (!isAlias(node) || !isMap(target))
      throw new Error('<< merges a mapping or a list of mappings, and nothing else');
    return this.#alias(node, () => this.#members(target));
  }

  #alias<T>(alias: Alias, read: () => T): T {
    if (this.#open.has(alias)) throw new Error(`anchor &${alias.source} contains itself`);
    this.#open.add(alias);
    const value = read();
    this.#open.delete(alias);
    return value;
  }

  #stand(node: unknown): void {
    if (isNode(node)) this.at = node.range?.[0] ?? this.at;
  }

  /** Refuses aliases that grow without bound, at the same size as go-yaml (decode.go, allowedAliasRatio). */
  #count(): void {
    this.#nodes += 1;
    if (this.#open.size > 0) this.#copied += 1;
    const over = Math.min(Math.max(this.#nodes - 400_000, 0) / 3_600_000, 1);
    if (this.#copied > 100 && this.#nodes > 1_000 && this.#copied / this.#nodes > 0.99 - 0.89 * over)
      throw new Error('the aliases stand for too much: write them out');
  }
}
