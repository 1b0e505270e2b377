/** The pods and volumes of the model as the API and the start script show them. */
import type { Member, Report, Situation } from '../../src/coordination/types.ts';
import type { Node, Volume } from './group.ts';

/** What is true of a node without a pod. */
export const NO_POD = {
  podUid: null,
  process: 'none',
  ready: false,
  recovering: false,
  answer: null,
} as const;

/** What the start script finds in a data directory. */
export function reportOf(volume: Volume): Report {
  if (volume.kind === 'empty') return { data: { kind: 'empty' }, view: null, identity: 'chosen' };
  if (volume.kind === 'aborted') return { data: { kind: 'unusable' }, view: null, identity: 'chosen' };
  const { uuid, seqno, safe, view } = volume;
  return { data: { kind: 'present', uuid, seqno, safe }, view, identity: 'chosen' };
}

/** The member that a pod is. */
export function memberOf(node: Node, podUid: string, durable: boolean): Member {
  // Without durable volumes a controller gives each new pod a new name, as a Deployment does.
  const name = durable ? `db-${node.index}` : podUid;
  return {
    name,
    pod: name,
    podUid,
    rank: [node.index],
    scheduled: true,
    ready: node.ready,
    readySince: node.readySince,
    terminating: false,
    address: addressOf(node.index),
    initStarted: 0,
    durable,
    bootstrapByHand: false,
  };
}

/** Whether every other Ready pod was last told to recover: no server is behind its readiness. */
export function onlyRecovering({ members, caller, record }: Situation): boolean {
  const ready = members.filter((member) => member.ready && member.podUid !== caller.podUid);
  return (
    ready.length > 0 && ready.every(({ name }) => record.members[name]?.said.startsWith('recover:') === true)
  );
}

/** A member keeps its address over its pods: the worst case, since an address then says least about who answers. */
export function addressOf(index: number): string {
  return `198.18.0.${index + 1}`;
}
