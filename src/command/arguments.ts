/** Options that commands share, and what their values may be. */
import { InvalidArgumentError, Option } from 'commander';
import type { Connection } from '../kubernetes/client.ts';

export const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

export function globalOptions(): readonly Option[] {
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

export interface GlobalValues {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly as?: string;
  readonly requestTimeout: number | '10s';
}

export function connectionOf({
  kubeconfig,
  context,
  cluster,
  user,
  as,
  requestTimeout,
}: GlobalValues): Connection {
  const named = Object.entries({ kubeconfig, context, cluster, user, as }).filter(
    ([, value]) => value !== undefined,
  );
  const limit = typeof requestTimeout === 'number' ? { requestTimeoutMs: requestTimeout } : {};
  return { ...(Object.fromEntries(named) as Connection), ...limit };
}

export function collected(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

export function checked(text: string, pattern: RegExp, allowed: string): string {
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
