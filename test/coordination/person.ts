/** What people do to a cluster: orders, volumes, machines, SQL and the record. */
import type { Order } from '../../src/coordination/types.ts';
import { PERIOD_MS } from './model/answers.ts';
import { fill } from './model/copies.ts';
import type { Node } from './model/nodes.ts';
import type { World } from './world.ts';

/** What a restore takes at least, in milliseconds: longer than a probe's word about the pod before is believed. */
const RESTORE_MS = 3_000;

/** A person writes an order onto the pod, or takes away what is there. */
export function annotate({ pod }: Node, order: Order): void {
  if (pod !== null) pod.order = pod.order === null ? order : null;
}

/** A person turns the lost machines off, and orders a bootstrap that relies on it. */
export function orderWithMachinesOff(world: World, { pod }: Node): void {
  world.workload.machines.turnOff(world.group);
  if (pod !== null) pod.order = 'machines-off';
}

/**
 * A person deletes a pod by force whose machine is not reached; who said that nothing runs there says so no more. Not within
 * the minute after the record was lost: servers that have not said since that they run are not known to.
 */
export function deleteByForce(world: World, node: Node): void {
  if (!isRecorded(world)) return;
  world.workload.machines.abandon(node, world.group);
  for (const { pod } of world.nodes) if (pod?.order === 'machines-off') pod.order = null;
}

/** Whether all members have spoken since the record was lost, or it never was. */
function isRecorded({ nodes, record, group }: World): boolean {
  return !group.ledger.wasForgotten || nodes.every(({ pod }) => pod === null || pod.name in record.members);
}

/** A member comes back with an empty volume, which an init container fills after ours has looked at it. */
export function refill(world: World, node: Node): void {
  world.deletePod(node, true);
  world.workload.loseVolume(node);
  world.createPod(node);
  world.callNow(node);
  world.pass(RESTORE_MS);
  fill(node);
}

/**
 * A person makes the servers of one side of a partition primary over SQL, while all members run, each server in a pod
 * that is there; not beside servers elsewhere that form their last view again when they meet. The loops beside all
 * servers say so at once, and go on for some minutes while clients write to both sides.
 */
export function bootstrapBySql(world: World, node: Node): void {
  const { group, network } = world;
  const servers = world.workload.places.filter(({ process }) => process === 'server');
  const areHeard =
    servers.length === world.workload.active.length &&
    servers.length === group.laws.databases.length &&
    servers.every((one) => !network.isOut(one) && !one.lags);
  const elsewhere = servers.filter((one) => one.island !== node.island && !group.isServing(one));
  if (!areHeard || !isRecorded(world) || group.tips.length > 1 || mayFormAgain(elsewhere)) return;
  if (!group.bootstrapBySql(node)) return;
  for (const one of servers.filter((other) => group.isTogether(node, other))) world.callNow(one);
  for (let minute = 0; minute < 3; minute += 1) {
    group.commit();
    world.pass(PERIOD_MS);
    for (const one of world.nodes) world.noticeReadiness(one);
    for (const one of servers) world.callNow(one);
  }
}

/** Whether all members of a server's last view are among the servers. */
function mayFormAgain(servers: readonly Node[]): boolean {
  const names = servers.map(({ self }) => self);
  return servers.some(
    ({ volume }) => volume.kind === 'data' && volume.view?.members.every((self) => names.includes(self)),
  );
}

/**
 * A person deletes the Lease, while all members are stopped or all serve in one component. While volumes hold branches
 * of one history after a bootstrap by hand, only where all serve and all have stamps, and nothing else happens before
 * the next record has learnt from them. Not while something runs on a lost machine.
 */
export function deleteLease(world: World): void {
  const { group, workload, nodes } = world;
  const { active, machines } = workload;
  const allServe = group.tips.length === 1 && active.every((node) => group.isServing(node));
  const allStopped = nodes.every(({ process }) => process === 'none' || process === 'init');
  const isTaught =
    allServe && nodes.every((node) => isStamped(node) && (!group.isServing(node) || reports(world, node)));
  const isOne = group.laws.isOneHistory();
  if ((!allServe && !allStopped) || !(isOne || isTaught) || machines.anyRuns) return;
  world.forget();
  if (isOne) return;
  for (const node of nodes) node.confirmed = null;
  world.report();
}

function isStamped({ unconfirmed, volume }: Node): boolean {
  return !unconfirmed && (volume.kind !== 'data' || volume.stamp !== null);
}

/** Whether the loop beside a server that serves is heard at once, and it is not one that must not. */
function reports({ group, network }: World, node: Node): boolean {
  return !network.isOut(node) && !node.lags && group.componentOf(node)?.word !== 'refused';
}
