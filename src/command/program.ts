/** The command line of a person: commands, their options and their help (docs/command-line.md). */
import { Argument, Command, CommanderError, Option } from 'commander';
import { VERSION } from '../version.ts';
import { checked, connectionOf, globalOptions, type GlobalValues, LABEL } from './arguments.ts';
import type { CommandIo } from './io.ts';
import { explainCommand, injectCommand } from './manifest-commands.ts';
import type { StatusOptions } from './options.ts';

/** What the program runs in. */
export interface World extends CommandIo {
  /** How the user calls it: `galera-injector`, or `kubectl galera` as a plugin of kubectl. */
  readonly name: string;
  readonly status: (options: StatusOptions) => Promise<number>;
}

/** Runs the command that the arguments name; resolves with the exit code (2: a call that cannot be understood). */
export async function runProgram(args: readonly string[], world: World): Promise<number> {
  let code = 0;
  const program = programOf(world, (result) => (code = result));
  try {
    const [first = '--help'] = args;
    // kubectl's plugins and most programs have one of the two letters; both are taken.
    await program.parseAsync(args.length <= 1 ? [first === '-v' ? '-V' : first] : args, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
}

function programOf(world: World, ended: (code: number) => void): Command {
  const { name, stdout, stderr } = world;
  const program = new Command(name)
    .description('Label a pod galera=true and it becomes a node of a Galera cluster.')
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .helpCommand(false)
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this');
  for (const option of globalOptions()) program.addOption(option);
  const commands = [injectCommand(world, ended), explainCommand(world, ended), statusCommand(world, ended)];
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  for (const [job, summary] of JOBS)
    program
      .command(job)
      .description(summary)
      .action(() => onlyInPods(program, job));
  program
    .command('help [command]')
    .description('the help of a command')
    .action((asked?: string) => helpOf(program, asked).outputHelp());
  program
    .command('version')
    .description('the version')
    .action(() => void stdout.write(`${VERSION}\n`));
  for (const command of program.commands) command.showHelpAfterError(`Try ${name} ${command.name()} --help`);
  program.showHelpAfterError(`Try ${name} --help`);
  program.addHelpText('after', `\nExamples:\n  ${name} explain -f statefulset.yaml\n  ${name} status -A\n`);
  return program;
}

/** Commands that a cluster starts, with what help says of them; main.ts runs them. */
export const JOBS: readonly (readonly [string, string])[] = [
  ['serve', 'the webhook and the coordinator (in a cluster)'],
  ['init', 'the init container galera-init (in a pod)'],
  ['self-test', 'whether a labelled pod would be injected (of helm test)'],
];

function onlyInPods(program: Command, job: string): void {
  program.error(`error: ${job} takes no arguments; the environment that the chart sets configures it`);
}

function helpOf(program: Command, asked: string | undefined): Command {
  const found = asked === undefined ? program : program.commands.find((command) => command.name() === asked);
  return found ?? program.error(`error: unknown command '${asked}'`);
}

interface StatusValues extends GlobalValues {
  readonly allNamespaces?: true;
  readonly output: StatusOptions['output'];
  readonly headers: boolean;
  readonly watch?: true;
  readonly injectorNamespace: string;
}

function statusCommand(world: World, ended: (code: number) => void): Command {
  const command = new Command('status')
    .description(
      'Shows the clusters, what state they are in and who waits for whom. It reads Leases of the injector and pods; ' +
        'no database is asked. NO_COLOR turns colours off.',
    )
    .summary('the clusters, their state and who waits for whom')
    .addArgument(
      new Argument('[cluster]', 'the one to show').argParser((text) => checked(text, LABEL, 'a DNS label')),
    )
    .option('-A, --all-namespaces', 'clusters of all namespaces')
    .addOption(
      new Option(
        '-o, --output <format>',
        'wide: with the members of each cluster; json and yaml: for programs',
      )
        .choices(['table', 'wide', 'json', 'yaml', 'name'])
        .default('table'),
    )
    .option('--no-headers', 'leave the names of the columns out')
    .option('-w, --watch', 'print again when something changes, until interrupted')
    .addOption(
      new Option('--injector-namespace <name>', 'where the injector keeps its records')
        .default('galera-system')
        .argParser((text) => checked(text, LABEL, 'a DNS label')),
    )
    .addHelpText('after', `\nExamples:\n  ${world.name} status\n  ${world.name} status db -n shop --watch\n`);
  return command.action(async (cluster?: string) => {
    const values = command.optsWithGlobals<StatusValues>();
    const { namespace, output, headers, injectorNamespace } = values;
    const allNamespaces = values.allNamespaces === true;
    if (allNamespaces && namespace !== undefined)
      command.error('error: -A and -n exclude each other: leave one out');
    const options = { allNamespaces, output, headers, injectorNamespace, watch: values.watch === true };
    ended(
      await world.status({
        ...options,
        connection: connectionOf(values),
        ...(cluster === undefined ? {} : { cluster }),
        ...(namespace === undefined ? {} : { namespace }),
      }),
    );
  });
}
