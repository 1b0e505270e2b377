/** Several workloads that claim one cluster. */
import { CLUSTER_LABEL, isSingle, quoted, sentence } from '../injection/index.ts';
import { type Owner, subjectOf } from './owner.ts';
import type { Found } from './reasons.ts';

/** A workload that has pods in a cluster. */
export interface Claim {
  readonly kind: string;
  readonly name: string;
  /** How many of its pods were seen. */
  readonly pods: number;
}

/**
 * Advice when another workload has pods in the cluster of this one. Workloads of one replica make up a cluster
 * together, so among themselves they are no conflict.
 */
export function claimAdvice(owner: Owner, cluster: string, claims: readonly Claim[]): Found {
  const others = claims.filter(({ kind, name }) => kind !== owner.kind || name !== owner.name);
  const other = isSingle(owner.workload)
    ? others.find(({ kind, pods }) => kind === 'StatefulSet' || pods > 1)
    : others[0];
  if (other === undefined) return [];
  const message = `${subjectOf(owner)}: cluster ${quoted(cluster)} has pods of ${other.kind} ${quoted(other.name)}; set another ${CLUSTER_LABEL}`;
  return [{ reason: 'cluster_claimed', message: sentence(message) }];
}
