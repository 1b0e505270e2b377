/** `npm run demo`: from nothing to a Galera cluster of three nodes. */
import { constants } from 'node:os';
import { elapsed, type Log, toStderr } from '../e2e/cluster/progress.ts';
import { againCommand, downCommand, whatNext, whereToLook } from './demo/advice.ts';
import { removeFromCluster } from './demo/down.ts';
import { applyExample } from './demo/install.ts';
import { type DemoOptions, parseDemoArguments, usage } from './demo/options.ts';
import { endOwnCluster, prepareOwnCluster } from './demo/own-cluster.ts';
import { showReplication } from './demo/rows.ts';
import { demoNamespace, type Target } from './demo/target.ts';
import { connect, prepareUsersCluster } from './demo/users-cluster.ts';
import { watchForming } from './demo/watch.ts';

const log: Log = toStderr;
const print: Log = (text) => {
  process.stdout.write(text);
};

// A reader such as head may leave early; the demo goes on without it.
process.stdout.on('error', () => undefined);

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseDemoArguments(args);
  if (parsed.kind === 'help') print(usage);
  else if (parsed.kind === 'usage') process.stderr.write(`demo: ${parsed.message}\n\n${usage}`);
  if (parsed.kind !== 'run') return parsed.kind === 'help' ? 0 : 2;
  endOnSignals(parsed.options);
  return parsed.options.down ? down(parsed.options) : up(parsed.options);
}

async function up({ context, image }: DemoOptions): Promise<number> {
  const start = Date.now();
  let found: Target | undefined;
  const remember = (target: Target): void => {
    found = target;
  };
  try {
    const named = image === undefined ? {} : { image };
    const target = await (context === undefined
      ? prepareOwnCluster(log, remember)
      : prepareUsersCluster(log, { context, ...named }, remember));
    await applyExample(target, log);
    log(`The members of StatefulSet db in namespace ${demoNamespace}:\n`);
    // A cluster of the user's pulls the server's image first.
    const minutes = context === undefined ? 5 : 10;
    const formed = await watchForming(target, { size: 3, minutes, log, start: Date.now() });
    print(`One Galera cluster of ${formed.members.length} nodes, state uuid ${formed.uuid}.\n`);
    await showReplication(target, formed, print);
    print(`\nDone in ${elapsed(start)}.\n\n${whatNext(target, formed.members[0]?.container ?? '')}`);
    return 0;
  } catch (error) {
    log(`\ndemo: ${messageOf(error)}\n`);
    if (found !== undefined) log(`\n${whereToLook(found)}`);
    return 1;
  }
}

async function down({ context }: DemoOptions): Promise<number> {
  try {
    if (context === undefined) await endOwnCluster(log);
    else await removeFromCluster(await connect(context, log), log);
    return 0;
  } catch (error) {
    log(`\ndemo: ${messageOf(error)}\nTo try again: ${downCommand(context)}\n`);
    return 1;
  }
}

/** Everything the demo does may be done again, so that it can stop at any point. */
function endOnSignals({ down: ending, context }: DemoOptions): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      const goOn = ending ? '' : `To go on: ${againCommand(context)}\n`;
      log(`\nStopped. ${goOn}To remove what it started: ${downCommand(context)}\n`);
      process.exit(128 + constants.signals[signal]);
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main(process.argv.slice(2));
