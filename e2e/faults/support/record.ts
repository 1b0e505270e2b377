/** The record of a cluster: read, lost, and whole again. */
import { join } from 'node:path';
import type { V1Lease, V1Secret } from '@kubernetes/client-node';
import { parseRecord, RECORD_ANNOTATION } from '../../../src/coordination/record.ts';
import type { ClusterRecord } from '../../../src/coordination/types.ts';
import { nodeStatus } from '../../support/galera.ts';
import { INJECTOR_NAMESPACE, installChart } from '../../support/install.ts';
import { apply, get, kubectl, until } from '../../support/kubectl.ts';
import type { Subject } from './subject.ts';

const CHART = join(import.meta.dirname, '..', '..', '..', 'charts', 'galera-injector');

/** Members report at least once a minute; the rest is for a busy machine. */
const WHOLE_AGAIN_S = 90;

/** Deletes the Lease of the cluster. */
export async function deleteLease(subject: Subject): Promise<void> {
  await kubectl(['delete', 'lease', '-n', INJECTOR_NAMESPACE, leaseOf(subject)]);
}

/**
 * Deletes the namespace of the injector with everything in it, and installs the injector again: with an authority of its own,
 * which no pod that runs trusts, or with the one before.
 */
export async function deleteInjector(authority: 'another' | 'the same'): Promise<void> {
  const { type, data, metadata } = await get<V1Secret>(INJECTOR_NAMESPACE, 'secret', 'galera-injector-tls');
  await kubectl(['delete', 'namespace', INJECTOR_NAMESPACE, '--timeout=110s']);
  if (authority === 'the same') {
    await kubectl(['create', 'namespace', INJECTOR_NAMESPACE]);
    const { name, labels, annotations } = metadata ?? {};
    const saved = { apiVersion: 'v1', kind: 'Secret', type, data, metadata: { name, labels, annotations } };
    await apply(INJECTOR_NAMESPACE, JSON.stringify(saved));
  }
  await installChart(CHART);
}

/** Waits until the record knows the uuid of the cluster and of each member that it serves. */
export async function wholeAgain(subject: Subject, seconds = WHOLE_AGAIN_S): Promise<void> {
  await until('a whole record', seconds, async () => {
    const { metadata } = await get<V1Lease>(INJECTOR_NAMESPACE, 'lease', leaseOf(subject));
    const record = parseRecord(metadata?.annotations?.[RECORD_ANNOTATION]);
    const unknown = subject.workload.members.filter((name) => !isServing(record, name));
    const whole = record.uuid === subject.uuid && record.formed && unknown.length === 0;
    return whole ? { done: true } : { not: JSON.stringify(record) };
  });
}

/** Gives the record the time to become whole; that it does is demanded by a case of its own. */
export async function timeToBecomeWhole(subject: Subject): Promise<void> {
  await wholeAgain(subject).catch(() => undefined);
}

/** Numbers of the views in which the servers are, by pod: a view that changed is another number. */
export async function views(subject: Subject): Promise<string> {
  const nodes = await Promise.all((await subject.pods()).map((pod) => nodeStatus(subject.namespace, pod)));
  return nodes.map((node) => `${node.pod}:${node.view}`).join(' ');
}

function leaseOf({ namespace, workload }: Subject): string {
  return `${namespace}.${workload.cluster}`;
}

function isServing({ members }: ClusterRecord, name: string): boolean {
  const known = members[name];
  return known?.state.kind === 'primary';
}
