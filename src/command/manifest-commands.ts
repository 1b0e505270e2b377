/** The commands over manifests, with their options and their help (docs/command-line.md). */
import { Command, Option } from 'commander';
import { VERSION } from '../version.ts';
import { checked, collected, connectionOf, type GlobalValues } from './arguments.ts';
import { runExplain } from './explain.ts';
import { runInject } from './inject.ts';
import type { CommandIo } from './io.ts';
import type { ManifestOptions } from './options.ts';
import type { World } from './program.ts';
import { PULL_POLICIES } from '../injected-settings.ts';

interface ManifestValues extends GlobalValues {
  readonly filename?: readonly string[];
  readonly recursive?: true;
  readonly output?: 'json' | 'yaml';
  readonly caFile?: string;
  readonly failOnWarning?: true;
  readonly values?: readonly string[];
  readonly image?: string;
  readonly imagePullPolicy?: (typeof PULL_POLICIES)[number];
  readonly coordinator: string;
}

type RunManifests = (options: ManifestOptions, io: CommandIo) => Promise<number>;

export function injectCommand(world: World, ended: (code: number) => void): Command {
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

export function explainCommand(world: World, ended: (code: number) => void): Command {
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
    .option(
      '--values <file>',
      "values that the injector's chart is installed with: its images, controllers, image and injected count; repeatable",
      collected,
    )
    .addOption(
      new Option(
        '--image <image>',
        `image of the init container (default: that of the values, then galera-injector:${VERSION})`,
      ).argParser((text) => checked(text, /^[\w.:/@-]+$/, 'an image reference')),
    )
    .addOption(
      new Option(
        '--image-pull-policy <policy>',
        'pull policy of it (default: that of the values, then IfNotPresent)',
      ).choices(PULL_POLICIES),
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
    values: values.values ?? [],
    settings: {
      version: VERSION,
      coordinator,
      ...(image === undefined ? {} : { image }),
      ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    },
  };
}
