/** Crashes of more than one server, and those in the middle of a state transfer. */
import type { Node } from './model/nodes.ts';
import type { World } from './world.ts';

/** Every server is killed at once; with their pods when the machines go. */
export function outage(world: World, withPods: boolean): void {
  for (const node of world.nodes) {
    if (withPods) world.deletePod(node, false);
    else world.kill(node);
  }
}

/** A joiner is killed in its state transfer. */
export function abortTransfer(world: World, node: Node): void {
  if (node.process !== 'granted' || node.told?.answer.kind !== 'join') return;
  if (world.group.beginTransfer(node)) world.kill(node);
}

/** A server crashes, is told to join, and is killed again when its state transfer has begun. */
export function breakTransfer(world: World, node: Node): void {
  world.kill(node);
  world.overtake(node);
  abortTransfer(world, node);
}
