/** Whether a world recovers once its faults are over: by itself where that is safe, else after what a person is asked to do. */
import { sharedUpTo } from '../../src/coordination/decide/generations.ts';
import type { ClusterRecord } from '../../src/coordination/types.ts';
import type { Node } from './model/nodes.ts';
import { volumesOf } from './model/laws.ts';
import { contains, type Database, type Volume } from './model/volumes.ts';
import type { World } from './world.ts';

/** Rounds without faults after which everything that may come back has come back. */
const ROUNDS = 24;

/** Members that do not come back though they may; each as a sentence. */
export function stuck(world: World, ordered: boolean): readonly string[] {
  world.reconnect();
  world.workload.attachOwnVolumes(world.record, world.group);
  world.settle(ROUNDS);
  scaleBack(world);
  const early = withoutSilentOnes(world, ordered);
  if (early.length > 0) return early.map((node) => `with a silent pod, ${sentence(world, node)}`);
  for (const node of silentOnes(world)) {
    // Once for the machine, once for the images.
    world.workload.advance(node);
    world.workload.advance(node);
  }
  world.settle(ROUNDS);
  scaleBack(world);
  endRefused(world);
  // What is left then is the deletion of the Lease.
  if (world.group.serving.length === 0 && needsAPerson(world) && !goOnByHand(world)) return [];
  return [...missing(world, ordered).map((node) => sentence(world, node)), ...untold(world)];
}

/** Rows that were acknowledged, that a volume holds and nobody serves, and of which nobody was told; each as a sentence. */
export function untold(world: World): readonly string[] {
  const { group, workload } = world;
  const { ledger, tips } = group;
  if (tips.length === 0) return [];
  // When the record was lost, nobody knows of volumes that are not attached, nor of members that have not spoken since.
  const isKnown = (node: Node) => !ledger.wasForgotten || isSpokenOf(world, node);
  const among = (node: Node) =>
    (ledger.wasForgotten ? [node.volume] : volumesOf(node)).filter((volume) => isSeen(world, node, volume));
  return workload.places
    .filter((node) => isKnown(node) && among(node).some((volume) => ledger.isUntold(volume, tips)))
    .map(({ index }) => `rows that ${index} holds are out of service, and nobody was told`);
}

/** Its start script, or one that serves with it. Its init container knows only that there is something. */
function isSpokenOf({ record, workload }: World, node: Node): boolean {
  const known = record.members[workload.memberAt(node)];
  if (known === undefined) return false;
  const isOfInit = known.state.kind === 'unheard' && known.rows !== null && known.rows.until < 0;
  return !isOfInit || node.spoken === node.volume;
}

/** The record has nothing of what was filled after its last question, nor, without a pod, of what was left behind. */
function isSeen({ group }: World, { pod, spoken }: Node, volume: Volume): boolean {
  if (volume.kind !== 'data') return true;
  if (volume.filled && spoken !== volume) return false;
  return pod !== null || !group.ledger.isLeftBehind(volume.tip);
}

/** Servers that must not serve end when a person deletes their pods, after what is needed of them was saved. */
function endRefused(world: World): void {
  const refused = world.nodes.filter(
    (node) => world.group.isServing(node) && world.saidTo(node)?.kind === 'refuse',
  );
  if (refused.length === 0) return;
  for (const node of refused) world.deletePod(node, true);
  world.settle(ROUNDS);
}

/** Those that are waited for may be members that somebody has scaled away: the sentence names them. */
function scaleBack(world: World): void {
  if (world.group.serving.length > 0 || world.workload.isAtFullSize) return;
  world.workload.scaleToAll();
  world.settle(ROUNDS);
}

function sentence(world: World, node: Node): string {
  return `${node.index} never comes back: ${world.saidTo(node)?.kind ?? 'never heard'}: ${world.saidTo(node)?.why ?? ''}`;
}

function silentOnes(world: World): readonly Node[] {
  return world.nodes.filter(({ pod }) => pod !== null && pod.state !== 'running');
}

/** Pods that never speak hold nobody up, where nothing is known of data on their volumes; with data and no record all are heard first. */
function withoutSilentOnes(world: World, ordered: boolean): readonly Node[] {
  const silent = silentOnes(world);
  const isUnrecorded = world.group.ledger.wasForgotten || !world.record.formed;
  const mayWait =
    silent.length === 0 ||
    ordered ||
    (isUnrecorded && databases(world).length > 0) ||
    silent.some((node) => mayHoldData(world, node));
  if (mayWait || needsAPerson(world)) return [];
  return missing(world, ordered).filter((node) => !silent.includes(node));
}

function mayHoldData({ record }: World, { pod, volume }: Node): boolean {
  return volume.kind === 'data' || (record.members[pod?.name ?? '']?.rows ?? null) !== null;
}

/** The rules may wait for a person: nobody else knows which database is meant, or how far one goes. */
function needsAPerson(world: World): boolean {
  const { uuid, formed, confirmed } = world.record;
  const adoptedAt = sharedUpTo(world.record, STRANGER);
  const found = databases(world);
  const isOld = ({ volume }: { readonly volume: Database }) =>
    (!formed || volume.uuid === uuid) && (volume.filled || volume.tip.seqno < confirmed);
  // The newest volume was lost, or put back to an older copy of it; or no pod has spoken of it since the record was lost.
  const noted = found.filter(({ node }) => isNoted(world, node));
  if (noted.length > 0 && noted.every(isOld)) return true;
  // Leftovers of a state transfer are all that there is.
  if (formed && found.length === 0 && world.nodes.some(({ volume }) => volume.kind === 'aborted'))
    return true;
  if (!formed && new Set(found.map(({ volume }) => volume.uuid)).size > 1) return true;
  if (!formed) {
    const goesOn = ({ volume }: { readonly volume: Database }) =>
      !volume.positionKnown || volume.tip.seqno > adoptedAt;
    return found.some(goesOn) || isOneGone(world);
  }
  const own = found.filter(({ volume }) => volume.uuid === uuid);
  return own.some(
    ({ node, volume }) =>
      !volume.positionKnown ||
      world.group.ledger.isLeftBehind(volume.tip) ||
      isOfNoTime(world, node, volume) ||
      isHeldApart(world, node, volume) ||
      sharesNothingSurely(world, node),
  );
}

/** Whether it has a pod that can speak of it, or the record has something of it. */
function isNoted({ record, workload, group }: World, node: Node): boolean {
  return (
    !group.ledger.wasForgotten || node.pod !== null || record.members[workload.memberAt(node)] !== undefined
  );
}

/** No volume says that it was the last one, and a last view had more members than there are pods now. */
function isOneGone(world: World): boolean {
  const found = databases(world).map(({ volume }) => volume);
  const size = Math.max(0, ...found.map(({ view }) => view?.size ?? 0));
  return !found.some(({ safe }) => safe) && size > world.workload.active.length;
}

function databases(world: World): readonly { readonly node: Node; readonly volume: Database }[] {
  return world.nodes.flatMap((node) => (node.volume.kind === 'data' ? [{ node, volume: node.volume }] : []));
}

/** A person annotates the pod with the newest data, again where its annotation is spent; false where no pod can be chosen. */
function goOnByHand(world: World): boolean {
  const { uuid, formed } = world.record;
  const node = databases(world)
    .filter(({ node: { pod }, volume }) => pod !== null && (!formed || volume.uuid === uuid))
    // A spent annotation takes another pod, with which data that is not on a claim would go.
    .filter(({ node: { pod } }) => world.workload.durable || !world.orders.isSpent(pod, world.record))
    .toSorted((a, b) => b.volume.tip.seqno - a.volume.tip.seqno)[0]?.node;
  if (node === undefined) return false;
  if (world.orders.isSpent(node.pod, world.record)) {
    world.deletePod(node, true);
    // An ordered controller makes the pod once those before it let it.
    world.settle(ROUNDS);
  }
  if (node.pod !== null) node.pod.order = 'now';
  world.settle(ROUNDS);
  return true;
}

/** Nodes that should serve and do not: a volume that would be erased or merged keeps its own node out. */
function missing(world: World, ordered: boolean): readonly Node[] {
  const refused = world.nodes.filter((node) => isKeptOut(world, node));
  // An ordered controller stops at the refused pod.
  if (ordered && refused.length > 0) return [];
  const { active, isComplete } = world.workload;
  return world.nodes
    .filter((node) => !refused.includes(node) && !world.group.isServing(node))
    .filter((node) => active.includes(node) || !isComplete);
}

/** A member that the record has never heard of. */
const STRANGER = '';

function sharedOf(record: ClusterRecord, pod: Node['pod']): number {
  return sharedUpTo(record, pod?.name ?? STRANGER);
}

/** It was left behind by one that did not know its own position. */
function sharesNothingSurely({ record }: World, { pod }: Node): boolean {
  return sharedOf(record, pod) < 0;
}

/**
 * What is known of it is less than is true: a copy of before its member was confirmed, a member that had not been when
 * the record was lost, or one that got rows after its pod was deleted by force.
 */
function isOfNoTime({ record, group }: World, { pod, unconfirmed }: Node, volume: Database): boolean {
  const saysLess = volume.copied || volume.unnamed || (unconfirmed && group.ledger.wasForgotten);
  return saysLess && volume.tip.seqno > sharedOf(record, pod);
}

function isKeptOut(world: World, node: Node): boolean {
  const { record, group } = world;
  const { volume } = node;
  if (volume.kind !== 'data') return false;
  if (volume.uuid !== record.uuid || volume.copied || sharesNothingSurely(world, node)) return true;
  if (isOfNoTime(world, node, volume)) return true;
  if (isHeldApart(world, node, volume)) return true;
  return group.tip !== null && (!volume.positionKnown || !contains(group.tip, volume.tip));
}

/** After several choices, or two components, the record says too little of what two volumes share: it refuses. */
function isHeldApart({ record, group }: World, { pod }: Node, { tip }: Database): boolean {
  const isSplit = group.ledger.choices > 1 || group.ledger.wasSplit;
  return isSplit && tip.seqno > sharedOf(record, pod);
}
