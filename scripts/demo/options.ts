/** The arguments of `npm run demo`. */
import { parseArgs } from 'node:util';
import { unknownOption } from '../../src/command/index.ts';

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

const OPTIONS = {
  context: { type: 'string' },
  image: { type: 'string' },
  down: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the arguments after `npm run demo --`. */
export function parseDemoArguments(args: readonly string[]): ParsedDemo {
  const unknown = unknownOption(args, OPTIONS, { positionals: false });
  if (unknown !== undefined) return wrong(unknown);
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help === true) return { kind: 'help' };
    const { context, down = false } = values;
    if (context === '') return wrong('--context is empty; give the name of a context of your kubeconfig');
    if (values.image === undefined) {
      return { kind: 'run', options: { down, ...(context === undefined ? {} : { context }) } };
    }
    if (context === undefined)
      return wrong('--image goes with --context: the cluster booted here gets the image that is built here');
    const image = parseImage(values.image);
    if (image === undefined)
      return wrong(`--image is ${JSON.stringify(values.image)}; give REPOSITORY:TAG or REPOSITORY@sha256:…`);
    return { kind: 'run', options: { down, context, image } };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
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
