/** Operations of a patch, carried out on a YAML tree so that comments and style around them stay. */
import { type Document, isCollection, isMap, isSeq, type Node, Scalar } from 'yaml';
import type { Operation } from '../injection/index.ts';

type Path = readonly (string | number)[];

/**
 * Applies operations below a path of the document. A list that an operation extends is made where it is missing: the pod
 * of a StatefulSet has volumes for its claims that the template has not.
 */
export function applyOperations(tree: Document, base: Path, operations: readonly Operation[]): void {
  for (const { op, path, value } of operations) {
    const parts = path
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    const key = parts.pop() ?? '';
    const parent = [...base, ...parts];
    useBlockStyle(tree, parent);
    if (op === 'replace') replace(tree, [...parent, key], value);
    else add(tree, parent, key, value);
  }
}

/** Sets one member, making its style and its parents fit. */
export function setMember(tree: Document, path: Path, value: unknown): void {
  useBlockStyle(tree, path.slice(0, -1));
  tree.setIn(path, toNode(tree, value));
}

function add(tree: Document, parent: Path, key: string, value: unknown): void {
  const list = tree.getIn(parent, true);
  if (isSeq(list) && key === '-') list.add(toNode(tree, value));
  else if (isSeq(list) && /^\d+$/.test(key)) list.items.splice(Number(key), 0, toNode(tree, value));
  else if (key === '-') tree.setIn(parent, toNode(tree, [value]));
  else tree.setIn([...parent, key], toNode(tree, value));
}

function replace(tree: Document, path: Path, value: unknown): void {
  const old = tree.getIn(path, true);
  // A wrapped command keeps its words and their comments, with one more before them.
  if (isSeq(old) && Array.isArray(value) && value.length === old.items.length + 1) {
    old.items.unshift(toNode(tree, value[0]));
  } else {
    tree.setIn(path, toNode(tree, value));
  }
}

/** A collection written as `{…}` or `[…]` that holds an injected one is spread over lines, or nobody could read it. */
function useBlockStyle(tree: Document, path: Path): void {
  for (let length = 0; length <= path.length; length += 1) {
    const node = length === 0 ? tree.contents : tree.getIn(path.slice(0, length), true);
    if (isCollection(node)) node.flow = false;
  }
}

/** Words that YAML 1.1 readers take for something else than text. */
const KEYWORDS = /^(true|false|yes|no|on|off|y|n|null)$/i;
const PLAIN = /^[A-Za-z/][A-Za-z0-9/_.-]*$/;

/** A tree for a value, where each scalar is written so that every reader gets the type it has in JSON. */
function toNode(tree: Document, value: unknown): Node {
  if (Array.isArray(value) || (typeof value === 'object' && value !== null)) {
    const node = tree.createNode(Array.isArray(value) ? [] : {}) as Node;
    if (isSeq(node)) node.items = (value as readonly unknown[]).map((item) => toNode(tree, item));
    if (isMap(node)) {
      for (const [key, item] of Object.entries(value)) node.set(toNode(tree, key), toNode(tree, item));
      node.flow = node.items.length === 0;
    }
    return node;
  }
  const scalar = new Scalar(String(value));
  if (typeof value === 'string') scalar.type = textStyle(value);
  return scalar;
}

function textStyle(text: string): Scalar.Type {
  if (text.includes('\n')) return Scalar.BLOCK_LITERAL;
  return PLAIN.test(text) && !KEYWORDS.test(text) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
}
