/** The arguments of `status`. */
import { parseArgs } from 'node:util';
import { unknownOption } from '../arguments.ts';

/** What `status` is told. */
export interface StatusOptions {
  /** The one cluster to show; all of them when undefined. */
  readonly cluster?: string;
  /** Undefined: that of the kubeconfig context. */
  readonly namespace?: string;
  readonly allNamespaces: boolean;
  readonly injectorNamespace: string;
  readonly context?: string;
  /** How the clusters are printed: a line each, with their members, or for programs. */
  readonly output: 'table' | 'wide' | 'json';
  readonly watch: boolean;
}

export type ParsedStatus =
  | { readonly kind: 'run'; readonly options: StatusOptions }
  | { readonly kind: 'help' }
  /** A call that cannot be understood; the message says which word. */
  | { readonly kind: 'usage'; readonly message: string };

export const STATUS_HELP = `Show the clusters, what state they are in and who waits for whom.

Usage:
  galera-injector status [CLUSTER] [-n NAMESPACE | -A] [-o json|wide] [--watch]
  kubectl galera status [CLUSTER] …

Examples:
  galera-injector status
  galera-injector status db -n shop --watch

Options:
  -n, --namespace NAME            namespace of the clusters (default: that of the kubeconfig context)
  -A, --all-namespaces            clusters of all namespaces
  -o, --output FORMAT             wide: with the members of each cluster; json: for programs
  -w, --watch                     print again when something changes, until interrupted
      --context NAME              context of the kubeconfig
      --injector-namespace NAME   where the injector keeps its records (default: galera-system)
  -h, --help                      print this

It reads Leases in the injector's namespace and pods, through KUBECONFIG; no database is asked. NO_COLOR turns colours off.
`;

const OPTIONS = {
  namespace: { type: 'string', short: 'n' },
  'all-namespaces': { type: 'boolean', short: 'A' },
  output: { type: 'string', short: 'o' },
  watch: { type: 'boolean', short: 'w' },
  context: { type: 'string' },
  'injector-namespace': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const OUTPUTS = ['table', 'wide', 'json'] as const;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Reads the arguments after the command's name. */
export function parseStatusArguments(args: readonly string[]): ParsedStatus {
  const unknown = unknownOption(args, OPTIONS);
  if (unknown !== undefined) return usage(unknown);
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (values.help === true) return { kind: 'help' };
    const [cluster, ...more] = positionals;
    if (more.length > 0) return usage(`${JSON.stringify(more[0])}: name one cluster, or none for all`);
    const { namespace, context, output = 'table', 'injector-namespace': home = 'galera-system' } = values;
    const allNamespaces = values['all-namespaces'] === true;
    if (allNamespaces && namespace !== undefined) return usage('-A and -n exclude each other: leave one out');
    for (const [what, name] of [
      ['CLUSTER', cluster],
      ['--namespace', namespace],
      ['--injector-namespace', home],
    ]) {
      if (name !== undefined && !LABEL.test(name)) return wrong(what ?? '', name, 'a DNS label');
    }
    const format = OUTPUTS.find((known) => known === output);
    if (format === undefined) return wrong('--output', output, OUTPUTS.join(', '));
    const options = { allNamespaces, injectorNamespace: home, output: format, watch: values.watch === true };
    return {
      kind: 'run',
      options: {
        ...options,
        ...(cluster === undefined ? {} : { cluster }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(context === undefined ? {} : { context }),
      },
    };
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

function usage(message: string): ParsedStatus {
  return { kind: 'usage', message };
}

function wrong(option: string, value: string, allowed: string): ParsedStatus {
  return usage(`${option} is ${JSON.stringify(value)}; allowed: ${allowed}`);
}
