/** YAML and JSON manifests as text: what they say, and how to write them back with as little change as possible. */
import { isNode } from 'yaml';
import { CommandError } from '../io.ts';
import { documentsIn, treeOf } from './documents.ts';
import { jsonValuesOf } from './json-stream.ts';
import { anchorsIn, type Anchors, jsonOf, ReadingError } from './reading.ts';

/** One document of a file. */
export interface Manifest {
  /** The document as it stands in the input, with its comments and its `---`. */
  readonly source: string;
  readonly format: 'yaml' | 'json';
  /** What it says to Kubernetes. */
  readonly json: unknown;
  /** The line of the file in which its content begins. */
  readonly line: number;
  /** Whether it begins with its own `---`. */
  readonly marked: boolean;
  /** Its nodes, with their ranges in the source. */
  readonly root: unknown;
  readonly anchors: Anchors;
  /** The line of the file from which nothing is read, where text stands behind the end of a document. */
  readonly unread?: number;
}

/**
 * Takes a file apart into its documents, as kubectl does: a file that begins with a brace holds JSON values one after the
 * other, if it can be read as such, and YAML otherwise.
 *
 * @param name how messages call the file
 * @throws CommandError with the line of the first thing that cannot be read
 */
export function parseManifests(text: string, name: string): readonly Manifest[] {
  const values = jsonValuesOf(text);
  const format = values === null ? 'yaml' : 'json';
  let lines = 0;
  return (values ?? documentsIn(text)).map((source) => {
    const manifest = read(source, format, name, lines);
    lines += source.split('\n').length - 1;
    return manifest;
  });
}

/** What a manifest says, with each integer of 64 bits that a number of JavaScript would round as a bigint. */
export function exactOf({ root, anchors }: Manifest): unknown {
  return jsonOf(root, anchors, (integer) => integer);
}

/** Reads one document; `above` are the lines above it in its file. */
function read(source: string, format: Manifest['format'], name: string, above: number): Manifest {
  const lineOf = (at: number) => above + source.slice(0, at).split('\n').length;
  try {
    const { root, unread } = treeOf(source, format, above === 0);
    const anchors = anchorsIn(root);
    const json = jsonOf(root, anchors);
    return {
      source,
      format,
      line: lineOf(isNode(root) ? (root.range?.[0] ?? 0) : 0),
      json: format === 'json' ? JSON.parse(source) : json,
      marked: source.startsWith('---'),
      root,
      anchors,
      ...(unread === undefined ? {} : { unread: lineOf(unread) }),
    };
  } catch (cause) {
    if (!(cause instanceof ReadingError)) throw cause;
    throw new CommandError(`${name}: line ${lineOf(cause.at)}: ${cause.message}`, { cause });
  }
}
