/** Installing and removing the injector, as its users do. */
import { kubectl, kubectlAny } from './kubectl.ts';
import { run, runAny } from './run.ts';

/** The namespace that the README names. */
export const INJECTOR_NAMESPACE = 'galera-system';

function helm(args: readonly string[]): Promise<string> {
  return run(process.env['E2E_HELM'] ?? 'helm', [...args, '-n', INJECTOR_NAMESPACE], { timeoutMs: 300_000 });
}

/** Installs the chart, or upgrades to it, with these settings (`name=value`); waits until both replicas serve the image of now. */
export async function installChart(chart: string, ...settings: readonly string[]): Promise<void> {
  await helm([
    'upgrade',
    '--install',
    'galera-injector',
    chart,
    '--create-namespace',
    // Else settings of the installation before would stay.
    '--reset-values',
    '--wait',
    '--timeout',
    '3m',
    ...settings.flatMap((setting) => ['--set', setting]),
  ]);
  // The image's name is the same for every build of a version; pods that were there before run an older one.
  await kubectl(['rollout', 'restart', '-n', INJECTOR_NAMESPACE, 'deployment/galera-injector']);
  await rolledOut();
}

/** What helm prints of the chart, with its hooks, for whoever applies it by another tool. */
export function rendered(chart: string): Promise<string> {
  return helm(['template', 'galera-injector', chart]);
}

/** Asks the release whether it works; `said` is what helm and the test printed. */
export async function testRelease(): Promise<{ readonly passed: boolean; readonly said: string }> {
  const test = ['test', 'galera-injector', '--logs', '--timeout', '3m', '-n', INJECTOR_NAMESPACE];
  const limits = { timeoutMs: 300_000 };
  const { code, stdout, stderr } = await runAny(process.env['E2E_HELM'] ?? 'helm', test, limits);
  return { passed: code === 0, said: stdout + stderr };
}

/** Removes the release and leaves its namespace, with what the injector keeps there. */
export async function uninstallRelease(): Promise<void> {
  await helm(['uninstall', 'galera-injector', '--wait', '--timeout', '3m']);
}

/** Removes the release and its namespace. */
export async function uninstallChart(): Promise<void> {
  await uninstallRelease();
  await kubectlAny(['delete', 'namespace', INJECTOR_NAMESPACE, '--wait=true', '--timeout=120s']);
}

/** Waits until the Deployment has all its replicas ready. */
export async function rolledOut(namespace = INJECTOR_NAMESPACE): Promise<void> {
  const target = ['-n', namespace, 'deployment/galera-injector'];
  await kubectl(['rollout', 'status', '--timeout=180s', ...target]);
}
