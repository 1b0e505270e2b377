/** YAML and JSON manifests as text: what they say, and how to write them back with as little change as possible. */
import { type Document, parseAllDocuments, parseDocument } from 'yaml';
import { CommandError } from '../io.ts';
import { jsonValuesOf } from './json-stream.ts';
import { anchorsIn, type Anchors, jsonOf, ReadingError } from './reading.ts';

/** One document of a file. */
export interface Manifest {
  /** The document as it stands in the input, with its comments and its `---`. */
  readonly source: string;
  readonly format: 'yaml' | 'json';
  /** What it says to Kubernetes. */
  readonly json: unknown;
  /** Whether it begins with its own `---`. */
  readonly marked: boolean;
  /** Its nodes, with their ranges in the text that begins `start` characters before the source. */
  readonly root: unknown;
  readonly start: number;
  readonly anchors: Anchors;
}

/** Each scalar is left as text: what it means is for scalars.ts to say. */
const OPTIONS = { version: '1.1', schema: 'failsafe', merge: false, uniqueKeys: false } as const;

/**
 * Takes a file apart into its documents, as kubectl does: a file that begins with a brace holds JSON values one after the
 * other, if it can be read as such, and YAML otherwise.
 *
 * @param name how messages call the file
 * @throws CommandError with the line of the first thing that cannot be read
 */
export function parseManifests(text: string, name: string): readonly Manifest[] {
  const values = jsonValuesOf(text);
  if (values !== null) {
    return values.map((source) => {
      const root = parseDocument(source, OPTIONS).contents;
      return read({ source, root, format: 'json', marked: false, start: 0 }, source, name);
    });
  }
  const trees = parseAllDocuments(text, OPTIONS);
  // A text of comments alone has no document, and is still written back.
  if (trees.length === 0)
    return [
      { source: text, root: null, format: 'yaml', marked: false, start: 0, anchors: new Map(), json: null },
    ];
  let end = 0;
  return trees.map((tree: Document) => {
    const start = end;
    end = tree.range?.[2] ?? text.length;
    const problem = tree.errors[0];
    if (problem !== undefined) throw new CommandError(`${name}: ${firstLine(problem.message)}`);
    const marked = tree.directives?.docStart === true;
    return read(
      { source: text.slice(start, end), root: tree.contents, format: 'yaml', marked, start },
      text,
      name,
    );
  });
}

function read(parts: Omit<Manifest, 'json' | 'anchors'>, text: string, name: string): Manifest {
  try {
    const anchors = anchorsIn(parts.root);
    const json = jsonOf(parts.root, anchors);
    return { ...parts, anchors, json: parts.format === 'json' ? JSON.parse(parts.source) : json };
  } catch (cause) {
    if (!(cause instanceof ReadingError)) throw cause;
    throw new CommandError(`${name}: line ${lineOf(text, cause.at)}: ${cause.message}`, { cause });
  }
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** The message without the excerpt of the source below it. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/:$/, '');
}
