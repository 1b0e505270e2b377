import type { ClusterReader } from './sources.ts';

/** What a command sees of the world; tests hand in their own. */
export interface CommandIo {
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Reads a file as UTF-8. */
  readonly readFile: (path: string) => Promise<string>;
  /** Opens the cluster of a kubeconfig context; missing where no cluster can be reached. */
  readonly connect?: (context: string) => Promise<ClusterReader>;
}

/** A problem that the user can mend; a command prints its message and ends with 1. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** Reads a file, or standard input for `-`. @throws CommandError when it cannot be read */
export async function readInput(path: string, io: CommandIo): Promise<string> {
  try {
    return path === '-' ? await readAll(io.stdin) : await io.readFile(path);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`${path === '-' ? 'standard input' : path} cannot be read: ${what}`, { cause });
  }
}

async function readAll(stream: AsyncIterable<string | Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream)
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
