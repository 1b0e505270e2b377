/** Runs a command over texts and keeps what it printed. */
import type { Entry, ManifestCluster } from '../../src/command/io.ts';
import { runProgram, type World as ProgramWorld } from '../../src/command/program.ts';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  /** Files by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** What a cluster says; without it no kubeconfig is read. */
  readonly cluster?: Pick<ManifestCluster, 'read'> & Partial<ManifestCluster>;
  /** How the user calls the program. */
  readonly name?: string;
  readonly status?: ProgramWorld['status'];
}

/** An authority's certificate, as far as anybody looks here. */
export const AUTHORITY = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

/** Runs the command line. */
export async function run(args: readonly string[], world: World = {}): Promise<Run> {
  const printed = { stdout: '', stderr: '' };
  const { cluster, files = {}, name = 'galera-injector' } = world;
  const code = await runProgram(args, {
    name,
    stdin: chunks(world.stdin ?? ''),
    stdout: { write: (text) => (printed.stdout += text) },
    stderr: { write: (text) => (printed.stderr += text) },
    readFile: async (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return new TextEncoder().encode(text);
    },
    list: async (path) => entriesOf(Object.keys(files), path.replace(/\/$/, '')),
    ...(cluster === undefined
      ? {}
      : { connect: async () => ({ authority: async () => AUTHORITY, ...cluster }) }),
    status: world.status ?? (async () => 0),
  });
  return { code, ...printed };
}

/** What a directory holds, where files have it in their paths. */
function entriesOf(paths: readonly string[], directory: string): readonly Entry[] | null {
  const below = paths
    .filter((path) => path.startsWith(`${directory}/`))
    .map((path) => path.slice(directory.length + 1));
  const names = [...new Set(below.map((path) => path.split('/')[0] ?? ''))];
  if (names.length === 0) return null;
  return names.map((name) => ({ name, isDirectory: !below.includes(name) }));
}

/** Runs `inject` over one text from standard input. */
export function inject(stdin: string, ...options: readonly string[]): Promise<Run> {
  return run(['inject', '-f', '-', '--ca-file', 'ca.crt', ...options], {
    stdin,
    files: { 'ca.crt': AUTHORITY },
  });
}

async function* chunks(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  // Cut at an odd place, so that a character may lie across two chunks.
  yield bytes.subarray(0, 7);
  yield bytes.subarray(7);
}
