import type { Connection } from '../kubernetes/client.ts';
import type { ClusterReader } from './sources.ts';

/** A cluster as the commands that read manifests ask it. */
export interface ManifestCluster extends ClusterReader {
  /** The authority (PEM) that the API server knows the injector by. @throws CommandError when it cannot be read */
  authority(): Promise<string>;
}

/** An entry of a directory. */
export interface Entry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** What a command sees of the world; tests hand in their own. */
export interface CommandIo {
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** The entries of a directory; null for anything else. */
  readonly list: (path: string) => Promise<readonly Entry[] | null>;
  /** Opens the cluster of a kubeconfig; missing where no cluster can be reached. */
  readonly connect?: (connection: Connection) => Promise<ManifestCluster>;
}

/** A problem that the user can mend; a command prints its message and ends with 1. */
export class CommandError extends Error {
  override name = 'CommandError';
}

const MANIFEST = /\.(json|yaml|yml)$/;

/**
 * The files that a path names: itself, or the manifests in a directory in the order of their names, as `kubectl -f` takes them.
 *
 * @throws CommandError for a directory without any
 */
export async function filesAt(path: string, recursive: boolean, io: CommandIo): Promise<readonly string[]> {
  if (path === '-' || (await io.list(path)) === null) return [path];
  const files = await within(path, recursive, io);
  if (files.length > 0) return files;
  const hint = recursive ? '' : '; -R also looks in the directories in it';
  throw new CommandError(`directory ${path} has no file that ends with .json, .yaml or .yml${hint}`);
}

async function within(path: string, recursive: boolean, io: CommandIo): Promise<readonly string[]> {
  const entries = ((await io.list(path)) ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const found = [];
  for (const { name, isDirectory } of entries) {
    const at = `${path.replace(/\/+$/, '')}/${name}`;
    if (isDirectory && recursive) found.push(...(await within(at, recursive, io)));
    else if (!isDirectory && MANIFEST.test(name)) found.push(at);
  }
  return found;
}

/** How messages call a file. */
export function nameOfFile(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/** Reads a file, or standard input for `-`, as UTF-8. @throws CommandError when it cannot be read */
export async function readInput(path: string, io: CommandIo): Promise<string> {
  const name = nameOfFile(path);
  const bytes = await (path === '-' ? readAll(io.stdin) : io.readFile(path)).catch((cause: unknown) => {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`${name} cannot be read: ${what}`, { cause });
  });
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CommandError(`${name} is not UTF-8, which kubectl demands: save it in that encoding`, {
      cause,
    });
  }
}

async function readAll(stream: AsyncIterable<string | Uint8Array>): Promise<Uint8Array> {
  const chunks = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
