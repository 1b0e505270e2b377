/** What is put right by itself, and what no tool sees as a drift. */
import { makeAuthority } from '../../src/tls/generate.ts';
import { INJECTOR_NAMESPACE } from '../support/install.ts';
import { kubectl, kubectlAny } from '../support/kubectl.ts';
import { run } from '../support/run.ts';

const WEBHOOK = 'mutatingwebhookconfiguration/galera-injector';
const SECRET = ['secret/galera-injector-tls', '-n', INJECTOR_NAMESPACE] as const;
const LIMIT_MS = 60_000;

/** Milliseconds until a deleted Secret was back with the same authority. @throws when it is not, within a minute */
export async function healSecret(): Promise<number> {
  const authority = async () =>
    (await kubectlAny(['get', ...SECRET, '-o', 'jsonpath={.data.ca\\.crt}'])).stdout;
  const before = await authority();
  await kubectl(['delete', ...SECRET]);
  return timeUntil('the same Secret', async () => (await authority()) === before);
}

/** Milliseconds until an overwritten caBundle was right again. @throws when it is not, within a minute */
export async function healBundle(): Promise<number> {
  const before = await caBundle();
  const { certificate } = await makeAuthority(Date.now(), 3_600_000);
  const value = Buffer.from(certificate).toString('base64');
  const patch = JSON.stringify([{ op: 'replace', path: '/webhooks/0/clientConfig/caBundle', value }]);
  await kubectl(['patch', WEBHOOK, '--type=json', '-p', patch]);
  return timeUntil('the caBundle', async () => (await caBundle()) === before);
}

/**
 * What a server-side apply of the release's own manifests by another tool would change, and whether an upgrade changed the
 * caBundle. Helm itself owns annotations that are not in the manifests, so the tool is not Helm.
 *
 * @throws when the apply would meet a conflict
 */
export async function drift(upgrade: () => Promise<unknown>): Promise<{ diff: string; kept: boolean }> {
  const before = await caBundle();
  await upgrade();
  const kept = (await caBundle()) === before;
  const helm = process.env['E2E_HELM'] ?? 'helm';
  const manifest = await run(helm, ['get', 'manifest', 'galera-injector', '-n', INJECTOR_NAMESPACE]);
  const ran = await kubectlAny(['diff', '--server-side', '--field-manager=gitops', '-f', '-'], manifest);
  if (ran.code !== 0 && ran.stdout === '') throw new Error(`kubectl diff: ${ran.stderr}`);
  return { diff: ran.stdout, kept };
}

function caBundle(): Promise<string> {
  return kubectl(['get', WEBHOOK, '-o', 'jsonpath={.webhooks[0].clientConfig.caBundle}']);
}

async function timeUntil(what: string, done: () => Promise<boolean>): Promise<number> {
  const begin = Date.now();
  while (!(await done())) {
    if (Date.now() - begin > LIMIT_MS) throw new Error(`${what} was not back within ${LIMIT_MS / 1_000} s`);
  }
  return Date.now() - begin;
}
