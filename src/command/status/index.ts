/** `status`: the clusters, what state they are in and who waits for whom. */
import { CommandError } from '../io.ts';
import { parseStatusArguments, STATUS_HELP, type StatusOptions } from './arguments.ts';
import type { ReadClusters } from './read.ts';
import { type ClusterStatus, summarise } from './summary.ts';
import { renderClusters } from './table.ts';

/** Milliseconds between two looks while watching. */
const WATCH_MS = 2_000;
const CLEAR = '\u001B[H\u001B[2J';

/** What `status` sees of the world; tests hand in their own. */
export interface StatusIo {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Opens the cluster of a kubeconfig context; undefined is the current one. */
  readonly connect: (
    context: string | undefined,
  ) => Promise<{ readonly namespace: string; readonly read: ReadClusters }>;
  readonly now: () => number;
  /** Resolves with false when watching must end. */
  readonly pause: (milliseconds: number) => Promise<boolean>;
}

/** Runs the command with the arguments after its name; resolves with the exit code (2: a call it cannot read). */
export async function status(args: readonly string[], io: StatusIo): Promise<number> {
  const parsed = parseStatusArguments(args);
  switch (parsed.kind) {
    case 'help':
      io.stdout.write(STATUS_HELP);
      return 0;
    case 'usage':
      io.stderr.write(`galera-injector status: ${parsed.message}\nTry galera-injector status --help\n`);
      return 2;
    case 'run':
      return run(parsed.options, io);
  }
}

async function run(options: StatusOptions, io: StatusIo): Promise<number> {
  const { namespace: own, read } = await io.connect(options.context);
  const namespace = options.allNamespaces ? undefined : (options.namespace ?? own);
  const selection = { namespace, cluster: options.cluster, injectorNamespace: options.injectorNamespace };
  const look = async () => (await read(selection)).map(summarise);
  if (options.watch) return watch(look, options, io);
  const clusters = await look();
  const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`;
  if (options.cluster !== undefined && clusters.length === 0) {
    throw new CommandError(
      `there is no cluster ${options.cluster} in ${where}: neither a record nor a pod of it`,
    );
  }
  if (clusters.length === 0 && options.output !== 'json') io.stderr.write(`No clusters found in ${where}.\n`);
  else io.stdout.write(render(clusters, options, io));
  return 0;
}

/** Prints again when something changed, ages aside; a terminal is cleared before. */
async function watch(
  look: () => Promise<readonly ClusterStatus[]>,
  options: StatusOptions,
  io: StatusIo,
): Promise<number> {
  let shown = '';
  do {
    try {
      const clusters = await look();
      const state = JSON.stringify(clusters);
      const text = render(clusters, options, io);
      if (io.stdout.isTTY === true) io.stdout.write(`${CLEAR}${text}`);
      else if (state !== shown) io.stdout.write(shown === '' ? text : `\n${text}`);
      shown = state;
    } catch (error) {
      // An API server that restarts is no reason to stop watching.
      io.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  } while (await io.pause(WATCH_MS));
  return 0;
}

function render(clusters: readonly ClusterStatus[], options: StatusOptions, io: StatusIo): string {
  if (options.output === 'json') return `${JSON.stringify({ clusters }, null, 2)}\n`;
  return renderClusters(clusters, {
    withNamespace: options.allNamespaces,
    withMembers: options.output === 'wide' || options.cluster !== undefined,
    // https://no-color.org: set, and not to the empty text.
    colour: io.stdout.isTTY === true && (io.env['NO_COLOR'] ?? '') === '',
    now: io.now(),
  });
}
