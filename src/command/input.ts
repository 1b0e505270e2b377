/** The manifests that a command is given. */
import { CommandError, type CommandIo, filesAt, nameOfFile, readInput } from './io.ts';
import { type Manifest, parseManifests } from './manifests/index.ts';
import type { ManifestOptions } from './options.ts';
import { pathText, type Resource, resourcesOf } from './resources.ts';

/** A document of the input. */
export interface InputDocument {
  /** As the user names it; `-` is standard input. */
  readonly file: string;
  /** Its number among those of the file that hold something. */
  readonly number: number;
  readonly manifest: Manifest;
  readonly resources: readonly Resource[];
  /** Where an object of it stands, in parentheses; empty where the whole input is that object. */
  readonly where: (resource: Resource) => string;
}

/**
 * Reads all files.
 *
 * @throws CommandError when one cannot be read, holds something else than manifests, or none holds an object
 */
export async function readDocuments(
  options: ManifestOptions,
  io: CommandIo,
): Promise<readonly InputDocument[]> {
  const files = [];
  for (const path of options.files) files.push(...(await filesAt(path, options.recursive, io)));
  const documents: InputDocument[] = [];
  for (const file of files) {
    const manifests = parseManifests(await readInput(file, io), nameOfFile(file));
    documents.push(...inFile(file, manifests, files.length > 1, options.namespace));
  }
  if (documents.some(({ manifest }) => manifest.json !== null)) return documents;
  const [file = '', ...others] = files;
  const holds = others.length === 0 ? `${nameOfFile(file)} holds` : `the ${files.length} files hold`;
  throw new CommandError(`${holds} no objects: nothing except blank lines and comments`);
}

function inFile(
  file: string,
  manifests: readonly Manifest[],
  isOneOfSeveral: boolean,
  namespace: string,
): readonly InputDocument[] {
  const count = manifests.filter(({ json }) => json !== null).length;
  let number = 0;
  return manifests.map((manifest) => {
    if (manifest.json !== null) number += 1;
    const parts = [
      ...(isOneOfSeveral ? [nameOfFile(file)] : []),
      ...(count > 1 ? [`${isOneOfSeveral ? '' : `${nameOfFile(file)}, `}document ${number}`] : []),
    ];
    const where = ({ path }: Resource): string => {
      const all = path.length === 0 ? parts : [...parts, pathText(path)];
      return all.length === 0 ? '' : ` (${all.join(', ')})`;
    };
    return { file, number, manifest, resources: resourcesIn(manifest, file, namespace), where };
  });
}

function resourcesIn({ json, line }: Manifest, file: string, namespace: string): readonly Resource[] {
  if (json === null) return [];
  try {
    return resourcesOf(json, namespace);
  } catch (cause) {
    if (!(cause instanceof CommandError)) throw cause;
    throw new CommandError(`${nameOfFile(file)}: line ${line}: ${cause.message}`, { cause });
  }
}

/** What is warned about in the text of the input: what kubectl passes over without a word. */
export function unreadWarnings(
  documents: readonly Pick<InputDocument, 'file' | 'manifest'>[],
): readonly string[] {
  return documents.flatMap(({ file, manifest: { unread } }) =>
    unread === undefined
      ? []
      : [
          `warning: ${nameOfFile(file)}: line ${unread}: kubectl reads nothing from here to the next line ---\n`,
        ],
  );
}
