/** How many members a cluster has, and what they are called. */
import { SIZE_MAXIMUM, type Wishes } from './annotations.ts';
import { isSingle } from './cluster-name.ts';
import { memberNames, type MemberNames } from './member-names.ts';
import { PREFIX } from './names.ts';
import type { PodView } from './pod.ts';
import { Refusal } from './refusal.ts';
import type { Context, Workload } from './types.ts';

/** A cluster without a replica count and without a word about its size, as kubernetes/examples has it. */
const DEFAULT_SIZE = 3;

interface Size {
  readonly size: number;
  /** Completes "from …". */
  readonly sizeSource: string;
}

export type Membership = Size & MemberNames;

/** What the container's `NUM_NODES` says, the way kubernetes/examples gives the size; undefined when nothing usable. */
export type NodeCount = number | undefined;

/**
 * Works out the members of the pod's cluster.
 *
 * @throws Refusal `size_out_of_range`
 */
export function membership(
  pod: PodView,
  cluster: string,
  wishes: Wishes,
  nodeCount: NodeCount,
  context: Context,
): Membership {
  const size = clusterSize(wishes, nodeCount, context.workload);
  const names = memberNames(pod, cluster, size.size, context);
  if (wishes.peers === undefined) return { ...size, ...names };
  return { ...size, ...names, members: wishes.peers.split(','), membersSource: `annotation ${PREFIX}peers` };
}

function clusterSize(wishes: Wishes, nodeCount: NodeCount, workload: Workload | null): Size {
  if (workload !== null && workload.replicas !== null && !isSingle(workload)) {
    const sizeSource = `${workload.kind} ${workload.name}: ${workload.replicas} replicas`;
    if (workload.replicas <= SIZE_MAXIMUM) return { size: workload.replicas, sizeSource };
    throw new Refusal(
      'size_out_of_range',
      `${sizeSource}; a cluster may have at most ${SIZE_MAXIMUM} members`,
    );
  }
  if (wishes.size !== undefined) return { size: Number(wishes.size), sizeSource: `annotation ${PREFIX}size` };
  if (nodeCount !== undefined) return { size: nodeCount, sizeSource: 'variable NUM_NODES' };
  return { size: DEFAULT_SIZE, sizeSource: 'the default' };
}
