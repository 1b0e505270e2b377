/**
 * When what a server receives comes onto its volume. Group communication writes the last view at once; rows and whether the
 * directory is safe to bootstrap are written in order by the applier, which may be far behind: a backup holds it up, or a donor's lock.
 */
import type { StateUuid } from '../../../src/coordination/types.ts';
import { isViewOver } from '../../../src/coordination/decide/index.ts';
import type { Node, Told } from './nodes.ts';
import { contains, NEW, type NumberedView, type Place, reportOf, stampBeside } from './volumes.ts';

/** What a component has come to. */
export interface State {
  readonly uuid: StateUuid;
  readonly tip: Place;
}

/** A member receives what its component has come to, and its view where that has changed. */
export function receive(node: Node, { uuid, tip }: State, newView?: NumberedView): void {
  const before = node.volume.kind === 'data' ? node.volume : null;
  const view = newView ?? before?.view ?? null;
  const safe = view?.members.length === 1;
  if (node.lags && before?.uuid === uuid && !before.doubtful && contains(tip, before.tip)) {
    Object.assign(node, { pending: { tip, safe } });
    before.view = view;
    return;
  }
  Object.assign(node, { pending: null, saidEmpty: false });
  // A state transfer leaves what is ours beside the data.
  const stamp = stampBeside(node.volume);
  node.volume = { ...NEW, kind: 'data', uuid, tip, safe, view, stamp };
}

/** The node applies what it has received. */
export function catchUp(node: Node): void {
  const { volume, pending } = node;
  Object.assign(node, { lags: false, pending: null });
  if (volume.kind === 'data' && pending !== null) {
    Object.assign(volume, { ...pending, positionKnown: true, copied: false, filled: false, unnamed: false });
  }
}

/** How far a running server has received; null without a database. */
export function reached({ volume, pending }: Node): Place | null {
  return pending?.tip ?? (volume.kind === 'data' ? volume.tip : null);
}

/** Whether the start script keeps the last view for what it was told (agent/start). */
export function keepsView(node: Node, { answer, seen }: Told, group: Sights): boolean {
  if (answer.kind === 'reform') return true;
  const isOver = isViewOver(seen.record, seen.caller.name, reportOf(node.volume));
  const size = node.volume.kind === 'data' ? (node.volume.view?.members.length ?? 0) : 0;
  // So few may have lost their quorum.
  return !isOver && size >= 2 && group.answering(node).length * 2 <= size;
}

interface Sights {
  readonly answering: (node: Node) => readonly Node[];
}
