/** The Secret that keeps a certificate: read as it is, written only if nobody wrote since. */
import type { V1Secret } from '@kubernetes/client-node';
import { createIfAbsent, type KubernetesClient, orNull, replaceIfUnchanged } from '../kubernetes/client.ts';

/** Which Secret. */
export interface SecretPlace {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly secret: string;
}

/** What was read: the data as text, and the object for the write that follows. */
export interface FoundSecret {
  readonly data: Readonly<Record<string, string>>;
  readonly object: V1Secret;
}

/** The Secret, or null when there is none. */
export async function readSecret({ client, namespace, secret }: SecretPlace): Promise<FoundSecret | null> {
  const object = await orNull(client.core.readNamespacedSecret({ namespace, name: secret }));
  if (object === null) return null;
  const entries = Object.entries(object.data ?? {});
  const data = entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
  return { data: Object.fromEntries(data) as Record<string, string>, object };
}

/** Creates or replaces the Secret; false when another writer came first, and nothing was written. */
export async function writeSecret(
  { client, namespace, secret }: SecretPlace,
  found: FoundSecret | null,
  stringData: Readonly<Record<string, string>>,
): Promise<boolean> {
  const before = found?.object.metadata;
  const body: V1Secret = {
    metadata: {
      name: secret,
      namespace,
      ...(before?.resourceVersion === undefined ? {} : { resourceVersion: before.resourceVersion }),
      ...(before?.annotations === undefined ? {} : { annotations: before.annotations }),
      labels: { ...before?.labels, 'app.kubernetes.io/managed-by': 'galera-injector' },
    },
    stringData,
    // The type of a Secret cannot be changed.
    ...(found?.object.type === undefined ? {} : { type: found.object.type }),
  };
  if (found === null) return createIfAbsent(client.core.createNamespacedSecret({ namespace, body }));
  return replaceIfUnchanged(client.core.replaceNamespacedSecret({ namespace, name: secret, body }));
}
