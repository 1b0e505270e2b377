#!/usr/bin/env node
/** The command line: one verb, its arguments, an exit code. */
import { readFile } from 'node:fs/promises';
import { type Command, type CommandIo, MANIFEST_COMMANDS, nearest } from './command/index.ts';
import { VERSION } from './version.ts';

const COMMANDS: readonly Command[] = [
  ...MANIFEST_COMMANDS,
  {
    name: 'status',
    usage: 'status [CLUSTER]',
    summary: 'the clusters, their state and who waits for whom',
    run: async (args) => (await import('./command/status/process.ts')).statusOfKubeconfig(args),
  },
  fromEnvironment('serve', 'the webhook and the coordinator (in a cluster)', async (env) =>
    (await import('./command/serve.ts')).serve(env),
  ),
  fromEnvironment('init', 'the init container galera-init (in a pod)', async (env) =>
    (await import('./command/init.ts')).init(env),
  ),
  fromEnvironment('self-test', 'whether a labelled pod would be injected (of helm test)', async (env) =>
    (await import('./command/self-test.ts')).selfTest(env),
  ),
];

const HELP = `galera-injector: label a pod galera=true and it becomes a node of a Galera cluster

Examples:
  galera-injector explain -f statefulset.yaml
  galera-injector inject -f statefulset.yaml --ca-file ca.crt | kubectl apply -f -

Commands:
${COMMANDS.map(({ usage, summary }) => `  ${usage.padEnd(20)} ${summary}`).join('\n')}
  ${'--version'.padEnd(20)} the version

Each command has its own help: galera-injector COMMAND --help
`;

const io: CommandIo = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  readFile: (path) => readFile(path, 'utf8'),
  connect: async (context) => {
    const { clientForContext } = await import('./kubernetes/client.ts');
    const { createContextReader } = await import('./kubernetes/context.ts');
    return createContextReader(clientForContext(context));
  },
};

/** Commands that a cluster starts take their configuration from the environment. */
function fromEnvironment(
  name: string,
  summary: string,
  start: (env: NodeJS.ProcessEnv) => Promise<number>,
): Command {
  return { name, usage: name, summary, run: async (args) => noArguments(name, args) ?? start(process.env) };
}

function noArguments(name: string, args: readonly string[]): number | undefined {
  if (args.length === 0) return undefined;
  const asked = args[0] === '--help' || args[0] === '-h';
  const text = `galera-injector ${name} takes no arguments; the environment that the chart sets configures it\n`;
  (asked ? process.stdout : process.stderr).write(text);
  return asked ? 0 : 2;
}

async function run([name = 'help', ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === 'version') {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  if (['help', '--help', '-h'].includes(name)) {
    process.stdout.write(HELP);
    return 0;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (command !== undefined) return command.run(args, io);
  const near = nearest(
    name,
    COMMANDS.map((one) => one.name),
  );
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  process.stderr.write(
    `galera-injector: there is no command ${JSON.stringify(name)}.${hint}\nTry galera-injector --help\n`,
  );
  return 2;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`galera-injector: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
