/** The arguments of the commands that read manifests. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { Settings } from '../injection/index.ts';
import { VERSION } from '../version.ts';

/** What `inject` and `explain` are told. */
export interface ManifestOptions {
  /** Paths, `-` for standard input; at least one. */
  readonly files: readonly string[];
  /** Namespace of manifests that name none. */
  readonly namespace: string;
  /** Whether the user named it. */
  readonly namespaceGiven: boolean;
  /** Context of the kubeconfig whose cluster is asked for owners and Services. */
  readonly context?: string;
  readonly caFile?: string;
  readonly settings: Omit<Settings, 'certificateAuthority'>;
}

export type ParsedArguments =
  | { readonly kind: 'run'; readonly options: ManifestOptions }
  | { readonly kind: 'help' }
  /** A call that cannot be understood; the message says which word. */
  | { readonly kind: 'usage'; readonly message: string };

const OPTIONS = {
  file: { type: 'string', short: 'f', multiple: true },
  namespace: { type: 'string', short: 'n' },
  context: { type: 'string' },
  image: { type: 'string' },
  'image-pull-policy': { type: 'string' },
  coordinator: { type: 'string' },
  'ca-file': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'] as const;

/** The options, as both help texts list them. */
export const OPTION_HELP = `Options:
  -f, --file FILE            manifest to read, YAML or JSON; - is standard input; may be given more than once
  -n, --namespace NAME       namespace of manifests that name none (default: default)
      --context NAME         also ask the cluster of this kubeconfig context for owners and Services
      --ca-file FILE         certificate authority of the injector (PEM), which pods check the coordinator by:
                             kubectl -n galera-system get secret galera-injector-tls -o jsonpath='{.data.ca\\.crt}' | base64 -d
      --image IMAGE          image of the init container (default: galera-injector:${VERSION})
      --image-pull-policy P  Always, IfNotPresent or Never (default: IfNotPresent)
      --coordinator ADDRESS  host:port of the coordinator (default: galera-injector.galera-system.svc:443)
  -h, --help                 print this
`;

/** Reads the arguments after the command's name. */
export function parseManifestArguments(args: readonly string[]): ParsedArguments {
  const unknown = unknownOption(args, OPTIONS);
  if (unknown !== undefined) return usage(unknown);
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (values.help === true) return { kind: 'help' };
    const files = [...(values.file ?? []), ...positionals];
    if (files.length === 0) return usage('no manifest: name a file with -f, or - for standard input');
    if (files.filter((file) => file === '-').length > 1)
      return usage('standard input (-) can be read only once');
    const policy = values['image-pull-policy'] ?? 'IfNotPresent';
    const imagePullPolicy = PULL_POLICIES.find((known) => known === policy);
    if (imagePullPolicy === undefined) return wrong('--image-pull-policy', policy, PULL_POLICIES.join(', '));
    const { namespace = 'default', coordinator = 'galera-injector.galera-system.svc:443' } = values;
    const image = values.image ?? `galera-injector:${VERSION}`;
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
      return wrong('--namespace', namespace, 'a DNS label');
    if (!/^[A-Za-z0-9.-]{1,253}:[0-9]{1,5}$/.test(coordinator))
      return wrong('--coordinator', coordinator, 'host:port');
    if (!/^[\w.:/@-]+$/.test(image)) return wrong('--image', image, 'an image reference');
    return {
      kind: 'run',
      options: {
        files,
        namespace,
        namespaceGiven: values.namespace !== undefined,
        ...(values.context === undefined ? {} : { context: values.context }),
        ...(values['ca-file'] === undefined ? {} : { caFile: values['ca-file'] }),
        settings: { version: VERSION, image, imagePullPolicy, coordinator },
      },
    };
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

function usage(message: string): ParsedArguments {
  return { kind: 'usage', message };
}

function wrong(option: string, value: string, allowed: string): ParsedArguments {
  return usage(`${option} is ${JSON.stringify(value)}; allowed: ${allowed}`);
}

/**
 * A sentence about the first option that is not among the known ones; undefined when all are.
 * @param positionals whether words that are no options are allowed; a word that is not counts as a mistyped option
 */
export function unknownOption(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
  { positionals = true }: { positionals?: boolean } = {},
): string | undefined {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const known = Object.keys(options);
  for (const token of tokens) {
    if (token.kind === 'option' && !known.includes(token.name))
      return `unknown option ${token.rawName}${hint(token.name, known)}`;
    if (token.kind === 'positional' && !positionals)
      return `${JSON.stringify(token.value)} is no option${hint(token.value, known)}`;
  }
  return undefined;
}

function hint(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `; did you mean --${near}?`;
}

/** The known word that a mistyped one is nearest to, at most two letters off; undefined when none is. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const distances = known.map((candidate) => ({
    candidate,
    distance: distance(word.slice(0, 40), candidate),
  }));
  const best = distances.sort((one, other) => one.distance - other.distance)[0];
  return best !== undefined && best.distance <= 2 ? best.candidate : undefined;
}

/** Letters to add, drop or change to get from one word to the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (const [at, other] of Array.from(to).entries()) {
      const change = (row[at] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
