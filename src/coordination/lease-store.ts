/** Records as Leases in the injector's own namespace, changed only by compare-and-swap on resourceVersion. */
import type { V1Lease } from '@kubernetes/client-node';
import { createIfAbsent, type KubernetesClient, orNull, statusOf } from '../kubernetes/client.ts';
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
}

/** Where records are kept. */
export interface RecordStore {
  read(key: ClusterKey): Promise<StoredRecord>;
  /** Writes only if nobody wrote since `version`; false when somebody did. */
  write(key: ClusterKey, record: ClusterRecord, version: string | null): Promise<boolean>;
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
      };
    },
    async write(key, record, version) {
      const body = lease(key, ownNamespace, record, version);
      if (version === null) {
        return createIfAbsent(client.coordination.createNamespacedLease({ namespace: ownNamespace, body }));
      }
      try {
        await client.coordination.replaceNamespacedLease({
          namespace: ownNamespace,
          name: leaseName(key),
          body,
        });
        return true;
      } catch (error) {
        const code = statusOf(error);
        // 404: somebody deleted the Lease, which means "forget this cluster"; the next read starts from nothing.
        if (code === 409 || code === 404) return false;
        throw error;
      }
    },
  };
}

/** `<namespace>.<cluster>`: unambiguous because a namespace holds no dot. */
export function leaseName(key: ClusterKey): string {
  return `${key.namespace}.${key.cluster}`;
}

function lease(key: ClusterKey, namespace: string, record: ClusterRecord, version: string | null): V1Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: leaseName(key),
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'galera-injector' },
      annotations: { [RECORD_ANNOTATION]: formatRecord(record) },
      ...(version === null ? {} : { resourceVersion: version }),
    },
    spec: record.holder === null ? {} : { holderIdentity: `${record.holder.pod}/${record.holder.podUid}` },
  };
}
