/** Records as Leases in the injector's own namespace, changed only by compare-and-swap on resourceVersion. */
import type { V1Lease } from '@kubernetes/client-node';
import {
  createIfAbsent,
  explainError,
  type KubernetesClient,
  orNull,
  replaceIfUnchanged,
  statusOf,
} from '../kubernetes/client.ts';
import { formatRecord, parseRecord, RECORD_ANNOTATION } from './record.ts';
import type { ClusterRecord } from './types.ts';

/** A cluster's address: one label value in one namespace is one cluster. */
export interface ClusterKey {
  readonly namespace: string;
  readonly cluster: string;
}

/** A record together with the version it was read at; null when there was none. */
export interface StoredRecord {
  readonly record: ClusterRecord;
  readonly version: string | null;
  /** Uid of the namespace that the cluster was in when the record was begun; null when it could not be read. */
  readonly namespaceUid: string | null;
}

/** A write that was not answered: nobody knows whether it was done. */
export class UncertainWriteError extends Error {
  override name = 'UncertainWriteError';
}

/** Where records are kept. */
export interface RecordStore {
  read(key: ClusterKey): Promise<StoredRecord>;
  /** Whether the namespace is still the one in which the record was begun, and not another of the same name. */
  isOfThisNamespace(key: ClusterKey, stored: StoredRecord): Promise<boolean>;
  /**
   * Writes only if nobody wrote since `before` was read; false when somebody did.
   * @throws UncertainWriteError when it may have been written all the same
   */
  write(key: ClusterKey, record: ClusterRecord, before: StoredRecord): Promise<boolean>;
}

/** The Lease store of the namespace the injector runs in. */
export function createLeaseStore(client: KubernetesClient, ownNamespace: string): RecordStore {
  return {
    async read(key) {
      const found = await orNull(
        client.coordination.readNamespacedLease({ namespace: ownNamespace, name: leaseName(key) }),
      );
      return {
        record: parseRecord(found?.metadata?.annotations?.[RECORD_ANNOTATION]),
        version: found?.metadata?.resourceVersion ?? null,
        namespaceUid: found?.metadata?.ownerReferences?.find((one) => one.kind === 'Namespace')?.uid ?? null,
      };
    },
    async isOfThisNamespace(key, { namespaceUid }) {
      if (namespaceUid === null) return true;
      const found = await uidOf(client, key.namespace);
      return found === null || found === namespaceUid;
    },
    async write(key, record, { version, namespaceUid }) {
      const owner = namespaceUid ?? (await uidOf(client, key.namespace));
      const body = lease(key, ownNamespace, record, { version, namespaceUid: owner });
      const { coordination } = client;
      try {
        return await (version === null
          ? createIfAbsent(coordination.createNamespacedLease({ namespace: ownNamespace, body }))
          : // A Lease that was deleted means "forget this cluster": the next read starts from nothing.
            replaceIfUnchanged(
              coordination.replaceNamespacedLease({ namespace: ownNamespace, name: leaseName(key), body }),
            ));
      } catch (error) {
        throw isRefusal(error) ? error : new UncertainWriteError(explainError(error), { cause: error });
      }
    },
  };
}

/** `<namespace>.<cluster>`: unambiguous because a namespace holds no dot. */
export function leaseName(key: ClusterKey): string {
  return `${key.namespace}.${key.cluster}`;
}

/** Whether the API has said that it did nothing; a 5xx or no answer leaves that open. */
function isRefusal(error: unknown): boolean {
  const code = statusOf(error);
  return code !== undefined && code < 500;
}

async function uidOf(client: KubernetesClient, namespace: string): Promise<string | null> {
  return (await orNull(client.core.readNamespace({ name: namespace })))?.metadata?.uid ?? null;
}

function lease(
  key: ClusterKey,
  namespace: string,
  record: ClusterRecord,
  { version, namespaceUid }: Omit<StoredRecord, 'record'>,
): V1Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: leaseName(key),
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'galera-injector' },
      annotations: { [RECORD_ANNOTATION]: formatRecord(record) },
      ...(version === null ? {} : { resourceVersion: version }),
      // The garbage collector removes the record with the namespace of its cluster.
      ...(namespaceUid === null
        ? {}
        : {
            ownerReferences: [
              { apiVersion: 'v1', kind: 'Namespace', name: key.namespace, uid: namespaceUid },
            ],
          }),
    },
    spec: record.holder === null ? {} : { holderIdentity: `${record.holder.pod}/${record.holder.podUid}` },
  };
}
