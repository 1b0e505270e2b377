/** The command line of a person: commands, their options and their help (docs/command-line.md). */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Connection } from '../kubernetes/client.ts';
import { VERSION } from '../version.ts';
import { runExplain } from './explain.ts';
import { runInject } from './inject.ts';
import type { CommandIo } from './io.ts';
import type { ManifestOptions, StatusOptions } from './options.ts';

/** What the program runs in. */
export interface World extends CommandIo {
  /** How the user calls it: `galera-injector`, or `kubectl galera` as a plugin of kubectl. */
  readonly name: string;
  readonly status: (options: StatusOptions) => Promise<number>;
}

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

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

function globalOptions(): readonly Option[] {
  return [
    new Option(
      '-n, --namespace <name>',
      'namespace (default: that of the context, or default without a cluster)',
    ).argParser((text) => checked(text, LABEL, 'a DNS label')),
    new Option('--kubeconfig <file>', 'kubeconfig (default: KUBECONFIG, then ~/.kube/config)'),
    new Option('--context <name>', 'context of the kubeconfig'),
    new Option('--cluster <name>', 'cluster of the kubeconfig'),
    new Option('--user <name>', 'user of the kubeconfig'),
    new Option('--as <user>', 'user to impersonate'),
    new Option('--request-timeout <time>', 'longest time of one call, such as 5s or 1m; 0 is no limit')
      .default('10s')
      .argParser(durationOf),
  ];
}

interface GlobalValues {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly as?: string;
  readonly requestTimeout: number | '10s';
}

function connectionOf({ kubeconfig, context, cluster, user, as, requestTimeout }: GlobalValues): Connection {
  const named = Object.entries({ kubeconfig, context, cluster, user, as }).filter(
    ([, value]) => value !== undefined,
  );
  const limit = typeof requestTimeout === 'number' ? { requestTimeoutMs: requestTimeout } : {};
  return { ...(Object.fromEntries(named) as Connection), ...limit };
}

interface ManifestValues extends GlobalValues {
  readonly filename?: readonly string[];
  readonly recursive?: true;
  readonly output?: 'json' | 'yaml';
  readonly caFile?: string;
  readonly failOnWarning?: true;
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly coordinator: string;
}

type RunManifests = (options: ManifestOptions, io: CommandIo) => Promise<number>;

function injectCommand(world: World, ended: (code: number) => void): Command {
  return manifestCommand('inject', runInject, world, ended)
    .description(
      'Writes manifests with every labelled Pod and pod template made a node of its Galera cluster, as the webhook does. ' +
        'All else stays as it is, byte for byte. When one is refused, nothing is written and the exit code is 1.',
    )
    .summary('manifests in, injected manifests out')
    .addOption(
      new Option('-o, --output <format>', 'write this (default: as the input)').choices(['json', 'yaml']),
    )
    .addHelpText(
      'after',
      `\nExamples:\n  ${world.name} inject -f statefulset.yaml --ca-file ca.crt > injected.yaml\n` +
        `  kustomize build . | ${world.name} inject -f - --context my-cluster | kubectl apply -f -\n`,
    );
}

function explainCommand(world: World, ended: (code: number) => void): Command {
  return manifestCommand('explain', runExplain, world, ended)
    .description(
      'Says for every Pod and pod template what the injector would do: the cluster and its address, each value with its ' +
        'source, warnings, or why it would be refused. Changes nothing.',
    )
    .summary('what would be injected, and why')
    .addOption(new Option('-o, --output <format>', 'for programs').choices(['json', 'yaml']))
    .option('--fail-on-warning', 'end with 1 when there are warnings')
    .addHelpText(
      'after',
      `\nExamples:\n  ${world.name} explain -f statefulset.yaml\n` +
        `  kubectl get statefulset db -o yaml | ${world.name} explain -f - --context my-cluster\n`,
    );
}

function manifestCommand(
  name: string,
  run: RunManifests,
  world: World,
  ended: (code: number) => void,
): Command {
  const command = new Command(name)
    .argument('[file...]', 'as -f')
    .option(
      '-f, --filename <file>',
      'manifests, YAML or JSON: a file, a directory, or - for standard input; repeatable',
      collected,
    )
    .addOption(new Option('--file <file>').argParser(collected).hideHelp())
    .option('-R, --recursive', 'read directories with those in them')
    .option(
      '--ca-file <file>',
      "the injector's certificate authority (PEM); without it that of the cluster named by --context",
    )
    .addOption(
      new Option('--image <image>', 'image of the init container')
        .default(`galera-injector:${VERSION}`)
        .argParser((text) => checked(text, /^[\w.:/@-]+$/, 'an image reference')),
    )
    .addOption(
      new Option('--image-pull-policy <policy>', 'pull policy of it')
        .choices(['Always', 'IfNotPresent', 'Never'])
        .default('IfNotPresent'),
    )
    .addOption(
      new Option('--coordinator <address>', 'host:port of the coordinator')
        .default('galera-injector.galera-system.svc:443')
        .argParser((text) => checked(text, /^[A-Za-z0-9.-]{1,253}:[0-9]{1,5}$/, 'host:port')),
    );
  return command.action(async (files: readonly string[]) => {
    const values = command.optsWithGlobals<ManifestValues & { readonly file?: readonly string[] }>();
    const all = [...(values.filename ?? []), ...(values.file ?? []), ...files];
    if (all.length === 0) command.error('error: no manifest: name a file with -f, or - for standard input');
    if (all.filter((file) => file === '-').length > 1)
      command.error('error: standard input (-) can be read only once');
    ended(await run(manifestOptions(values, all, name === 'inject'), world));
  });
}

function manifestOptions(
  values: ManifestValues,
  files: readonly string[],
  needsAuthority: boolean,
): ManifestOptions {
  const { namespace = 'default', image, imagePullPolicy, coordinator, caFile, output } = values;
  const connection = connectionOf(values);
  const isNamed = Object.keys(connection).some((key) => key !== 'requestTimeoutMs');
  return {
    files,
    recursive: values.recursive === true,
    namespace,
    namespaceGiven: values.namespace !== undefined,
    ...(isNamed ? { connection } : {}),
    ...(caFile === undefined ? {} : { caFile }),
    ...(output === undefined ? {} : { output }),
    needsAuthority,
    failOnWarning: values.failOnWarning === true,
    settings: { version: VERSION, image, imagePullPolicy, coordinator },
  };
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

function collected(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function checked(text: string, pattern: RegExp, allowed: string): string {
  if (pattern.test(text)) return text;
  throw new InvalidArgumentError(`Allowed: ${allowed}.`);
}

/** A duration of kubectl's `--request-timeout`, in milliseconds; a number alone is in seconds. */
function durationOf(text: string): number {
  const [, amount, unit = 's'] = /^(\d+)(ms|s|m|h)?$/.exec(text) ?? [];
  if (amount === undefined)
    throw new InvalidArgumentError('Allowed: a time such as 500ms, 5s, 1m or 1h, and 0.');
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}
