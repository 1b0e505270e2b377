/** Coordinators over a store and pods in memory: what two replicas share. */
import type { V1Pod } from '@kubernetes/client-node';
import type { CoordinatorParts } from '../../src/coordination/context.ts';
import { type Coordinator, createCoordinator } from '../../src/coordination/coordinator.ts';
import type { PodEvent } from '../../src/coordination/events.ts';
import type { Caller } from '../../src/coordination/identity.ts';
import type { RecordStore } from '../../src/coordination/lease-store.ts';
import { formatRecord, parseRecord } from '../../src/coordination/record.ts';

/** A store with the semantics of a Lease's resourceVersion. */
export function memoryStore(): RecordStore & { texts: Map<string, { text: string; version: number }> } {
  const texts = new Map<string, { text: string; version: number }>();
  return {
    texts,
    read: async ({ namespace, cluster }) => {
      const found = texts.get(`${namespace}.${cluster}`);
      await Promise.resolve();
      return {
        record: parseRecord(found?.text),
        version: found === undefined ? null : String(found.version),
        namespaceUid: null,
      };
    },
    isOfThisNamespace: () => Promise.resolve(true),
    write: async ({ namespace, cluster }, record, { version }) => {
      await Promise.resolve();
      const name = `${namespace}.${cluster}`;
      const found = texts.get(name);
      if ((found === undefined ? null : String(found.version)) !== version) return false;
      texts.set(name, { text: formatRecord(record), version: (found?.version ?? 0) + 1 });
      return true;
    },
  };
}

/** A running pod of a StatefulSet whose data goes with it; its members speak TLS where it says so. */
export function pod(namespace: string, cluster: string, index: number, tls?: 'on' | 'off'): V1Pod {
  const name = `${cluster}-${index}`;
  return {
    metadata: {
      name,
      namespace,
      uid: `${namespace}-${name}`,
      labels: { galera: 'true', 'galera-injector.dev/cluster': cluster },
    },
    spec: {
      nodeName: 'node',
      containers: [
        {
          name: 'mariadb',
          image: 'mariadb:11.8',
          env: [
            { name: 'GALERA_DATA_DIRECTORY', value: '/var/lib/mysql' },
            ...(tls === undefined ? [] : [{ name: 'GALERA_TLS', value: tls }]),
          ],
        },
      ],
    },
    status: { phase: 'Running', podIP: `198.18.0.${index + 1}` },
  };
}

export function callerOf({ metadata }: V1Pod): Caller {
  return { namespace: metadata?.namespace ?? '', pod: metadata?.name ?? '', podUid: metadata?.uid ?? '' };
}

export function coordinatorOver(
  store: RecordStore,
  pods: readonly V1Pod[],
  events: PodEvent[] = [],
  onAnswer: CoordinatorParts['onAnswer'] = () => undefined,
  now: () => number = Date.now,
  publishAuthorities: CoordinatorParts['publishAuthorities'] = () => Promise.resolve(),
): Coordinator {
  return createCoordinator({
    store,
    listPods: ({ namespace, cluster }) =>
      Promise.resolve(
        pods.filter(
          ({ metadata }) =>
            metadata?.namespace === namespace && metadata.labels?.['galera-injector.dev/cluster'] === cluster,
        ),
      ),
    readMachine: () => Promise.resolve({ isReached: true, heard: null }),
    recordNamespace: 'galera-system',
    ensureCompanions: () => Promise.resolve([]),
    certifyMember: () => Promise.resolve({ pair: null, askAgainMs: 60_000 }),
    publishAuthorities,
    announce: (_caller, event) => {
      events.push(event);
      return Promise.resolve();
    },
    onDecision: () => undefined,
    onAnswer,
    now,
  });
}
