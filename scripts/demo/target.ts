/** The cluster that the demo talks to, whoever booted it. */
import { dirname } from 'node:path';
import { run } from '../../e2e/cluster/run.ts';

/** Where the example is applied. */
export const demoNamespace = 'galera-demo';
/** Where the README installs the injector. */
export const injectorNamespace = 'galera-system';
/** Marks namespaces as made by the demo, so that nobody else's are removed. */
export const madeByDemo = { 'app.kubernetes.io/managed-by': 'galera-injector-demo' } as const;

/** How to reach a cluster. */
export interface Target {
  readonly kubectlPath: string;
  readonly helmPath: string;
  /** Of the cluster booted here; without it the user's own configuration counts. */
  readonly kubeconfig?: string;
  /** Of the user's kubeconfig. */
  readonly context?: string;
}

function environment({ kubeconfig }: Target): NodeJS.ProcessEnv {
  return kubeconfig === undefined ? process.env : { ...process.env, KUBECONFIG: kubeconfig };
}

/** Runs kubectl against the target. @throws CommandError */
export function kubectl(target: Target, args: readonly string[], input = '', seconds = 60): Promise<string> {
  const where = target.context === undefined ? [] : ['--context', target.context];
  const timeout = seconds * 1_000;
  return run(target.kubectlPath, [...where, ...args], { input, env: environment(target), timeout });
}

/** Runs helm against the target. @throws CommandError */
export function helm(target: Target, args: readonly string[], input = ''): Promise<string> {
  const where = target.context === undefined ? [] : ['--kube-context', target.context];
  return run(target.helmPath, [...where, ...args], { input, env: environment(target), timeout: 600_000 });
}

/** How a person starts kubectl for this target, after {@link shellSetup}. */
export function typedKubectl({ context }: Target): string {
  return context === undefined ? 'kubectl' : `kubectl --context ${quoted(context)}`;
}

/** The line that makes kubectl and helm of a shell the target's; undefined when they already are. */
export function shellSetup(target: Target, path = process.env['PATH'] ?? ''): string | undefined {
  const known = path.split(':');
  const missing = [dirname(target.kubectlPath), dirname(target.helmPath)].filter(
    (folder, index, all) => !known.includes(folder) && all.indexOf(folder) === index,
  );
  const settings = [
    ...(target.kubeconfig === undefined ? [] : [`KUBECONFIG=${quoted(target.kubeconfig)}`]),
    ...(missing.length === 0 ? [] : [`PATH=${[...missing.map(quoted), '$PATH'].join(':')}`]),
  ];
  return settings.length === 0 ? undefined : `export ${settings.join(' ')}`;
}

/** A word as a shell reads it back. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
