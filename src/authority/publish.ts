/**
 * The authorities of a cluster for its clients: a ConfigMap beside the Service that they call. Certificates only.
 *
 * It is read by a patch that changes nothing, since the policy of the chart which bounds the injector's right to some
 * names (clientauthority.yaml) is not asked about a get.
 */
import { X509Certificate } from 'node:crypto';
import type { V1ConfigMap, V1Pod } from '@kubernetes/client-node';
import type { Announce } from '../coordination/events.ts';
import type { Caller } from '../coordination/identity.ts';
import { CLIENT_AUTHORITY_KEY, clientAuthorityName } from '../injection/index.ts';
import {
  createIfAbsent,
  explainError,
  type KubernetesClient,
  orNull,
  replaceIfUnchanged,
} from '../kubernetes/client.ts';
import { companionLabels, companionOwners } from '../kubernetes/companions.ts';
import { createOwnerReader, type ReadOwner } from '../kubernetes/owners.ts';
import { splitPem } from '../tls/chain.ts';
import { readCircle } from './circle.ts';
import { authorityOf } from './derive.ts';
import type { MemberLives, Root } from './roots.ts';

/** Brings the ConfigMap of a pod's cluster up to date; the promise never rejects, since no member needs it. */
export type PublishAuthorities = (caller: Caller, cluster: string, pod: V1Pod) => Promise<void>;

/** What it is published from, and who hears that it is not. */
export interface PublishParts {
  readonly client: KubernetesClient;
  readonly readRoots: () => Promise<readonly Root[]>;
  readonly lives: MemberLives;
  readonly announce: Announce;
  readonly onProblem: (what: string) => void;
}

/** Publishes the authorities of all roots, so that clients know the next one before any server uses it. */
export function createPublishAuthorities(parts: PublishParts): PublishAuthorities {
  const readOwner = createOwnerReader(parts.client);
  return async (caller, cluster, pod) => {
    try {
      const problem = await publish({ ...parts, readOwner }, cluster, pod);
      if (problem === null) return;
      parts.onProblem(problem);
      await parts.announce(caller, {
        reason: 'GaleraAuthorityUnpublished',
        type: 'Warning',
        message: problem,
      });
    } catch (error) {
      const what = `ConfigMap ${clientAuthorityName(cluster)} in namespace ${caller.namespace}`;
      parts.onProblem(`${what} cannot be kept: ${explainError(error)}`);
    }
  };
}

/** Null, or why an object of that name is left alone. */
async function publish(
  parts: PublishParts & { readonly readOwner: ReadOwner },
  cluster: string,
  pod: V1Pod,
): Promise<string | null> {
  const { core } = parts.client;
  const at = { namespace: pod.metadata?.namespace ?? '', name: clientAuthorityName(cluster) };
  const wanted = await authorities(parts, cluster, at.namespace);
  const data = { [CLIENT_AUTHORITY_KEY]: wanted.join('') };
  const found = await orNull(core.patchNamespacedConfigMap({ ...at, body: {} }));
  if (found === null) {
    const ownerReferences = companionOwners(await parts.readOwner(pod, at.namespace), cluster);
    const metadata = { ...at, labels: companionLabels(cluster), ownerReferences };
    await createIfAbsent(
      core.createNamespacedConfigMap({ namespace: at.namespace, body: { metadata, data } }),
    );
    return null;
  }
  if (!isOurs(found, cluster)) {
    return (
      `ConfigMap ${at.name} has other labels than galera-injector gives it, so it is left as it is and clients ` +
      'do not find the authority of this cluster there: rename or delete it'
    );
  }
  if (hasAuthorities(found.data?.[CLIENT_AUTHORITY_KEY] ?? '', wanted)) return null;
  const metadata = { resourceVersion: found.metadata?.resourceVersion };
  await replaceIfUnchanged(core.patchNamespacedConfigMap({ ...at, body: { metadata, data } }));
  return null;
}

async function authorities(
  { client, readRoots, lives }: PublishParts,
  cluster: string,
  namespace: string,
): Promise<readonly string[]> {
  const [roots, circle] = await Promise.all([readRoots(), readCircle(client, namespace, cluster)]);
  const pairs = await Promise.all(roots.map((root) => authorityOf(root, circle, lives)));
  return pairs.map(({ certificate }) => certificate);
}

function isOurs({ metadata }: V1ConfigMap, cluster: string): boolean {
  return Object.entries(companionLabels(cluster)).every(
    ([name, value]) => metadata?.labels?.[name] === value,
  );
}

/** Whether the text is these authorities and nothing else. Each is signed again when it is derived, so texts differ. */
function hasAuthorities(text: string, wanted: readonly string[]): boolean {
  const found = splitPem(text);
  if (found.join('') !== text) return false;
  const [own, others] = [found, wanted].map((list) => list.map(identityOf).toSorted());
  return JSON.stringify(own) === JSON.stringify(others);
}

/** Key and end of an authority that its own key has signed; the text itself of anything else. */
function identityOf(text: string): string {
  try {
    const authority = new X509Certificate(text);
    if (!authority.verify(authority.publicKey)) return text;
    const key = authority.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    return `${key} ${authority.validTo}`;
  } catch {
    return text;
  }
}
