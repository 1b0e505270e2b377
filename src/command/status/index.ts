/** `status`: the clusters, what state they are in and who waits for whom. */
import { CommandError } from '../io.ts';
import type { Connection } from '../../kubernetes/client.ts';
import type { StatusOptions } from '../options.ts';
import { printed } from '../output.ts';
import { statusDocument } from './document.ts';
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
  readonly connect: (
    connection: Connection,
  ) => Promise<{ readonly namespace: string; readonly read: ReadClusters }>;
  readonly now: () => number;
  /** Resolves with false when watching must end. */
  readonly pause: (milliseconds: number) => Promise<boolean>;
}

/** Runs the command; resolves with the exit code. @throws CommandError when the cluster cannot be read */
export async function status(options: StatusOptions, io: StatusIo): Promise<number> {
  const { namespace: own, read } = await io.connect(options.connection);
  const namespace = options.allNamespaces ? undefined : (options.namespace ?? own);
  const selection = { namespace, cluster: options.cluster, injectorNamespace: options.injectorNamespace };
  const look = async () => (await read(selection)).map(summarise);
  if (options.watch) return watch(look, options, io);
  const views = await read(selection);
  const clusters = views.map(summarise);
  const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`;
  if (options.cluster !== undefined && clusters.length === 0) {
    throw new CommandError(
      `there is no cluster ${options.cluster} in ${where}: neither a record nor a pod of it`,
    );
  }
  if (clusters.length === 0 && !isForPrograms(options)) io.stderr.write(`No clusters found in ${where}.\n`);
  else io.stdout.write(render(clusters, options, io));
  if (views.length > 0 && views.every(({ created }) => created === null))
    io.stderr.write(
      `note: nothing is recorded in namespace ${options.injectorNamespace}; unless the pods are new, the injector is elsewhere: name its namespace with --injector-namespace\n`,
    );
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

function isForPrograms({ output }: StatusOptions): boolean {
  return output === 'json' || output === 'yaml';
}

function render(clusters: readonly ClusterStatus[], options: StatusOptions, io: StatusIo): string {
  if (options.output === 'json' || options.output === 'yaml')
    return printed(statusDocument(clusters), options.output);
  if (options.output === 'name') return clusters.map(({ name }) => `cluster/${name}\n`).join('');
  return renderClusters(clusters, {
    withNamespace: options.allNamespaces,
    withMembers: options.output === 'wide' || options.cluster !== undefined,
    withHeaders: options.headers,
    // https://no-color.org: set, and not to the empty text.
    colour: io.stdout.isTTY === true && (io.env['NO_COLOR'] ?? '') === '',
    now: io.now(),
  });
}
