/** Volumes that do not tell the time: snapshots that are put back, clones, and what a tool fills before the server starts. */
import type { Node } from './nodes.ts';
import type { Volume } from './volumes.ts';

/** Somebody takes a snapshot of the volume, as it is on the disk at this moment. */
export function takeCopy(node: Node): void {
  const { volume, unconfirmed } = node;
  if (volume.kind === 'data') node.copy = { ...volume, unnamed: volume.unnamed || unconfirmed };
}

/** The volume is put back to its snapshot; no pod uses it meanwhile. */
export function putBack(node: Node): void {
  if (node.pod === null && node.copy !== null) attach(node, node.copy);
}

/** The volume becomes a clone of another one, with the name that the other server goes by in its last view. */
export function cloneFrom(node: Node, other: Node): void {
  if (node.pod === null && other.volume.kind === 'data') attach(node, other.volume);
}

/** An init container that comes after ours restores the snapshot into a directory that was empty a moment ago. */
export function fill(node: Node): void {
  const { pod, process, volume, copy } = node;
  const isBetween = process === 'asking' && pod?.hasAsked === false;
  if (isBetween && volume.kind === 'empty' && copy !== null) attach(node, copy);
}

/** Whatever was there before is lost with it. */
function attach(node: Node, volume: Volume): void {
  node.detached = null;
  node.volume = volume.kind === 'data' ? { ...volume, copied: true, filled: node.saidEmpty } : volume;
}
