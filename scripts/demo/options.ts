/** The arguments of `npm run demo`. */
import { Command, CommanderError } from 'commander';

/** Reference of an image in a registry, in the parts that the chart takes. */
export interface ImageName {
  readonly repository: string;
  readonly tag: string;
  /** `sha256:…`; empty when the reference has none. */
  readonly digest: string;
}

/** What the demo is to do, and where. */
export interface DemoOptions {
  readonly down: boolean;
  /** Context of the user's kubeconfig; without one the demo boots a cluster of its own. */
  readonly context?: string;
  /** The injector's image in a registry that the user's cluster pulls from. */
  readonly image?: ImageName;
}

export type ParsedDemo =
  | { readonly kind: 'run'; readonly options: DemoOptions }
  | { readonly kind: 'help' }
  /** A call that cannot be understood; the message says which word. */
  | { readonly kind: 'usage'; readonly message: string };

export const usage = `Usage: npm run demo [-- OPTION…]

Shows a Galera cluster of three nodes form from examples/statefulset.yaml, in a Kubernetes that it boots on this machine
(root, Debian or Ubuntu, Node.js and Go). A second run finds that Kubernetes running.

  --context NAME           use the cluster of this kubeconfig context in its place; nothing is booted
  --image REPOSITORY:TAG   with --context: the injector's image in a registry which that cluster pulls from; not needed
                           for clusters of kind, k3d and minikube, which get the image that is built here
  --down                   remove everything the demo started (with --context: from that cluster)
  -h, --help               print this
`;

interface Values {
  readonly context?: string;
  readonly image?: string;
  readonly down?: boolean;
  readonly help?: boolean;
}

/** Reads the arguments after `npm run demo --`. */
export function parseDemoArguments(args: readonly string[]): ParsedDemo {
  try {
    return optionsOf(valuesOf(args));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return wrong(error.message.replace(/^error: /, '').replace('\n', ' '));
  }
}

function valuesOf(args: readonly string[]): Values {
  const command = new Command()
    .option('--context <name>')
    .option('--image <reference>')
    .option('--down')
    .option('-h, --help')
    .helpOption(false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(args, { from: 'user' }).opts<Values>();
}

function optionsOf({ context, image: reference, down = false, help }: Values): ParsedDemo {
  if (help === true) return { kind: 'help' };
  if (context === '') return wrong('--context is empty; give the name of a context of your kubeconfig');
  if (reference === undefined)
    return { kind: 'run', options: { down, ...(context === undefined ? {} : { context }) } };
  if (context === undefined)
    return wrong('--image goes with --context: the cluster booted here gets the image that is built here');
  const image = parseImage(reference);
  if (image === undefined)
    return wrong(`--image is ${JSON.stringify(reference)}; give REPOSITORY:TAG or REPOSITORY@sha256:…`);
  return { kind: 'run', options: { down, context, image } };
}

/** The parts of `REPOSITORY:TAG`, `REPOSITORY@sha256:…` or both; undefined for anything else. */
export function parseImage(reference: string): ImageName | undefined {
  const match =
    /^([a-z0-9][\w./-]*(?::\d+\/[\w./-]+)?)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(
      reference,
    );
  const [, repository, tag = '', digest = ''] = match ?? [];
  return repository === undefined || tag + digest === '' ? undefined : { repository, tag, digest };
}

function wrong(message: string): ParsedDemo {
  return { kind: 'usage', message };
}
