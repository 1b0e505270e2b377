/** YAML and JSON manifests as text: what they say, and how to write them back with as little change as possible. */
import { type Document, parseAllDocuments, visit } from 'yaml';
import { CommandError } from './io.ts';

/** One document of a file. */
export interface Manifest {
  /** The document as it stands in the input, with its comments and its `---`. */
  readonly source: string;
  /** What it says, read as Kubernetes reads it. */
  readonly json: unknown;
  /** The same as a tree to change. Each scalar in it is text, so that 0644 and 1e3 are written back as they were. */
  readonly tree: Document;
}

/**
 * Takes a file apart into its documents.
 *
 * @param name how messages call the file
 * @throws CommandError with the line of the first thing that is no YAML
 */
export function parseManifests(text: string, name: string): readonly Manifest[] {
  const trees = parseAllDocuments(text, { schema: 'failsafe', merge: true });
  // Kubernetes reads YAML 1.1 (sigs.k8s.io/yaml): 0644 is octal and `yes` a boolean there, but a date is text.
  const readings = parseAllDocuments(text, {
    schema: 'yaml-1.1',
    customTags: (tags) => tags.filter((tag) => tag !== 'timestamp'),
  });
  if (!Array.isArray(trees) || !Array.isArray(readings)) return [];
  let end = 0;
  return trees.map((tree: Document, index) => {
    const start = end;
    end = tree.range?.[2] ?? text.length;
    return { source: text.slice(start, end), json: read(readings[index], name), tree: withoutAliases(tree) };
  });
}

function read(document: Document | undefined, name: string): unknown {
  const problem = document?.errors[0];
  if (problem !== undefined) throw new CommandError(`${name}: ${firstLine(problem.message)}`);
  try {
    return document?.toJS() as unknown;
  } catch (cause) {
    // Aliases that grow without bound.
    throw new CommandError(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The message without the excerpt of the source below it. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/:$/, '');
}

/** Writes the aliases of a document out, so that a change in one place does not appear in another. */
function withoutAliases(tree: Document): Document {
  let found = false;
  visit(tree, {
    Alias() {
      found = true;
      return visit.BREAK;
    },
  });
  if (found && tree.errors.length === 0)
    tree.contents = tree.createNode(tree.toJS(), { aliasDuplicateObjects: false });
  return tree;
}

/** Writes a changed document in the style of its source. */
export function render({ tree, source }: Manifest): string {
  return tree.toString({
    lineWidth: 0,
    flowCollectionPadding: !/[[{](?=["'\w])/.test(source),
    indentSeq: !/^( *)[^\s#-][^\n]*:[ \t]*\n\1- /m.test(source),
  });
}
