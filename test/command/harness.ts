/** Runs a command over texts and keeps what it printed. */
import { MANIFEST_COMMANDS } from '../../src/command/index.ts';
import type { ClusterReader } from '../../src/command/sources.ts';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  /** Files by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cluster?: ClusterReader;
}

/** Runs a command by its name. */
export async function run(args: readonly string[], world: World = {}): Promise<Run> {
  const [name, ...rest] = args;
  const command = MANIFEST_COMMANDS.find((known) => known.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  const printed = { stdout: '', stderr: '' };
  const { cluster } = world;
  const code = await command.run(rest, {
    stdin: chunks(world.stdin ?? ''),
    stdout: { write: (text) => (printed.stdout += text) },
    stderr: { write: (text) => (printed.stderr += text) },
    readFile: async (path) => {
      const text = world.files?.[path];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return text;
    },
    ...(cluster === undefined ? {} : { connect: async () => cluster }),
  });
  return { code, ...printed };
}

/** Runs `inject` over one text from standard input. */
export function inject(stdin: string, ...options: readonly string[]): Promise<Run> {
  return run(['inject', '-f', '-', ...options], { stdin });
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  // Cut at an odd place, so that a character may lie across two chunks.
  yield bytes.subarray(0, 7);
  yield bytes.subarray(7);
}
