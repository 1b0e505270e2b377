/** kubectl as the suite uses it; the kubeconfig and the program come from the set-up through the environment. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { type Ran, run, runAny } from './run.ts';

const kubectlPath = (): string => process.env['E2E_KUBECTL'] ?? 'kubectl';

/** Runs kubectl. @throws RunError */
export function kubectl(args: readonly string[], input = ''): Promise<string> {
  return run(kubectlPath(), args, { input });
}

/** Runs kubectl and takes any outcome. */
export function kubectlAny(args: readonly string[], input = ''): Promise<Ran> {
  return runAny(kubectlPath(), args, { input });
}

/** Applies a manifest; gives back what kubectl said, warnings included. */
export async function apply(namespace: string, manifest: string): Promise<string> {
  const ran = await kubectlAny(['apply', '-n', namespace, '-f', '-'], manifest);
  if (ran.code !== 0) throw new Error(`apply: ${ran.stderr}`);
  return ran.stdout + ran.stderr;
}

/** An object as the API has it. */
export async function get<T>(namespace: string, ...what: string[]): Promise<T> {
  return JSON.parse(await kubectl(['get', '-n', namespace, ...what, '-o', 'json'])) as T;
}

/** The pods of a namespace that carry the labels and are not being deleted. */
export async function pods(namespace: string, selector: string): Promise<V1Pod[]> {
  const { items } = await get<{ items: V1Pod[] }>(namespace, 'pods', '-l', selector);
  return items.filter((pod) => pod.metadata?.deletionTimestamp === undefined);
}

/** A fresh namespace; removed by the returned function without waiting for its end. */
export async function createNamespace(
  prefix: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<{ name: string; remove: () => Promise<void> }> {
  const name = `${prefix}-${Math.random().toString(36).slice(2, 7)}`;
  await kubectl(
    ['create', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
  );
  const remove = async () => {
    // Servers need no clean end any more; waiting for one would only take the next test's processor.
    await kubectlAny(['delete', 'pods', '--all', '-n', name, '--grace-period=1', '--wait=false']);
    await kubectlAny(['delete', 'namespace', name, '--wait=false']);
  };
  return { name, remove };
}

/** Asks until the answer is not undefined. @throws with the last thing seen when `seconds` have passed */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<{ done: T } | { not: string }>,
): Promise<T> {
  const end = Date.now() + seconds * 1_000;
  let last = '';
  for (;;) {
    const answer = await ask().catch((error: unknown) => ({ not: String(error) }));
    if ('done' in answer) return answer.done;
    last = answer.not;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${seconds} s; last seen: ${last}`);
    await sleep(1_000);
  }
}
