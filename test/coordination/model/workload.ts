/** The controller of the pods, the kubelet and the volumes: what comes, goes and is lost with what. */
import type { ClusterRecord, StateUuid } from '../../../src/coordination/types.ts';
import type { WorldOptions } from '../rules.ts';
import type { Group } from './group.ts';
import { cloneFrom, putBack } from './copies.ts';
import { Machines } from './machines.ts';
import { emptyNode, type Node, NO_POD, type Pod } from './nodes.ts';
import { contains, foreignVolume, type Volume } from './volumes.ts';

/** Places beyond those for the replicas, where the replacements of pods that are still terminating go. */
const SPARE_PLACES = 2;

/** A clock, and numbers that were never used before. */
export class Clock {
  /** Milliseconds since the epoch. */
  now = 0;
  #last = 0;

  next(): number {
    this.#last += 1;
    return this.#last;
  }

  freshUuid(): StateUuid {
    return `${String(this.next()).padStart(8, '0')}-0000-4000-8000-000000000000` as StateUuid;
  }
}

export class Workload {
  readonly nodes: readonly Node[];
  readonly #options: WorldOptions;
  readonly machines: Machines;
  readonly #clock: Clock;
  #replicas: number;
  /** How many there are to be in the end. */
  #wanted: number;

  constructor(options: WorldOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#replicas = options.replicas;
    this.#wanted = options.replicas;
    const places = options.replicas + (this.#isRenamed ? SPARE_PLACES : 0);
    this.nodes = Array.from({ length: places }, (_, index) => emptyNode(index));
    this.machines = new Machines(places, clock, this.durable);
  }

  /** Where anything may run: the places of pods, and those of servers whose pods are gone. */
  get places(): readonly Node[] {
    return [...this.nodes, ...this.machines.places];
  }

  /** Name of the member at a place, also where it has no pod. */
  memberAt(node: Node): string {
    return node.pod?.name ?? this.machines.nameOf(node) ?? `db-${node.index}`;
  }

  /** Whether volumes outlive their pods. */
  get durable(): boolean {
    return this.#options.workload === 'kept';
  }

  /** Pods that are to stay. */
  get active(): readonly Node[] {
    return this.nodes.filter(({ pod }) => pod !== null && !pod.terminating);
  }

  get isComplete(): boolean {
    return this.active.length === this.#wanted;
  }

  get isAtFullSize(): boolean {
    return this.#wanted === this.#options.replicas;
  }

  get #isRenamed(): boolean {
    return this.#options.workload === 'renamed';
  }

  create(node: Node, wanted: Pod['state']): void {
    if (node.pod !== null || !this.#isWanted(node)) return;
    const number = this.#clock.next();
    const state = this.machines.holdsVolumeOf(node) ? 'pulling' : wanted;
    const pod: Pod = {
      uid: `uid-${number}`,
      name: this.#isRenamed ? `db-${number}` : `db-${node.index}`,
      rank: this.#isRenamed ? number : node.index,
      state,
      initStarted: state === 'running' || state === 'mute' ? this.#clock.now : null,
      terminating: false,
      order: null,
      initDone: false,
      hasAsked: false,
      size: this.#replicas,
      ready: false,
      readySince: 0,
      word: null,
      suspended: null,
      asked: 0,
    };
    Object.assign(node, { ...NO_POD, pod, process: 'init' });
  }

  #isWanted({ index }: Node): boolean {
    if (this.#isRenamed) return this.active.length < this.#replicas;
    const before = this.nodes[index - 1];
    if (index >= this.#replicas) return false;
    return !this.#options.ordered || before === undefined || before.pod?.ready === true;
  }

  /** What held a pod up is over: a machine is found for it, its images are there, its init container asks. */
  advance(node: Node): void {
    const { pod } = node;
    if (pod === null || this.machines.holdsVolumeOf(node)) return;
    if (pod.state === 'unscheduled') pod.state = 'pulling';
    else if (pod.state !== 'running') {
      pod.state = 'running';
      pod.initStarted ??= this.#clock.now;
    }
  }

  /** The pod is deleted; its machine takes a while to end it, and for ever when it cannot be reached. */
  terminate({ pod }: Node): void {
    if (pod !== null) pod.terminating = true;
  }

  /** The pod is gone; its server leaves cleanly when it has the time to. */
  remove(node: Node, clean: boolean, group: Group): void {
    if (node.pod === null) return;
    if (node.cutOff) return this.terminate(node);
    group.stop(node, clean);
    Object.assign(node, NO_POD);
    if (!this.durable) node.volume = { kind: 'empty' };
  }

  /** Pods above the number leave cleanly, the last one first; for a while, or for good. */
  scale(replicas: number, isForGood: boolean, group: Group): void {
    this.#replicas = Math.min(replicas, isForGood ? this.#options.replicas : this.#wanted);
    if (isForGood) this.#wanted = this.#replicas;
    const pods = this.#isRenamed ? this.active : this.nodes;
    for (const node of pods.slice(this.#replicas).toReversed()) this.remove(node, true, group);
  }

  scaleBack(): void {
    this.#replicas = this.#wanted;
  }

  /** Somebody undoes every change of the size. */
  scaleToAll(): void {
    this.#wanted = this.#options.replicas;
    this.scaleBack();
  }

  /** Whether the volume is attached to nothing, so that somebody may do what he likes with it. */
  #isFree(node: Node): boolean {
    return node.pod === null && !this.machines.holdsVolumeOf(node);
  }

  /** What is attached is lost; with it whatever may be elsewhere. */
  loseVolume(node: Node): void {
    if (this.#isFree(node)) Object.assign(node, { volume: { kind: 'empty' }, detached: null });
  }

  /** A crashed server left a position that cannot be recovered. */
  losePosition({ process, volume }: Node): void {
    if (process !== 'server' && volume.kind === 'data' && !volume.copied) volume.positionKnown = false;
  }

  /** Somebody attaches the volume of another cluster; what was there before can come back when it is kept, else an empty one. */
  swapVolume(node: Node, isKept: boolean): void {
    if (!this.#isFree(node) || !this.durable || node.detached !== null) return;
    const detached: Volume = isKept ? node.volume : { kind: 'empty' };
    const volume = { ...foreignVolume(this.#clock.freshUuid()), filled: node.saidEmpty };
    Object.assign(node, { volume, detached });
  }

  /** The volume that was there before is attached again. An empty one says that what is taken away is given up. */
  swapBack(node: Node): void {
    const { volume, detached } = node;
    if (!this.#isFree(node) || detached === null) return;
    Object.assign(node, { volume: detached, detached: detached.kind === 'data' ? volume : null });
  }

  /**
   * The volume, or all of them, are put back to their snapshots while their members are stopped. To what the cluster
   * has gone on without since only where the record has heard that the volume is of a later time, and to none with more
   * than an older copy had that has reported. False where none is.
   */
  putBack(node: Node, areAll: boolean, group: Group): boolean {
    if (!this.durable) return false;
    const those = (areAll ? this.nodes : [node]).filter(
      (one) => one.copy !== null && (!one.unconfirmed || group.laws.agrees(one.copy)) && !comesBackNewer(one),
    );
    for (const one of those) this.remove(one, true, group);
    const arePut = those.length > 0 && those.every((one) => this.#isFree(one));
    if (arePut) those.forEach(putBack);
    return arePut;
  }

  /** The volume becomes a clone of that of the next member. */
  cloneNext(node: Node, group: Group): void {
    const next = this.nodes[(node.index + 1) % this.nodes.length];
    if (next === undefined || !this.durable || !this.#isFree(node)) return;
    if (group.laws.agrees(next.volume)) cloneFrom(node, next);
  }

  /** Whoever attached the volumes of other clusters attaches the right ones, or empty ones where these are gone. */
  attachOwnVolumes({ uuid, formed }: ClusterRecord, group: Group): void {
    for (const node of this.nodes) {
      const { volume, detached } = node;
      if (volume.kind !== 'data' || isOf(uuid, volume)) continue;
      const isGone = detached?.kind === 'data' && !isOf(uuid, detached);
      // Which is the right one is known once a cluster has formed; a clone of such a volume has nothing in its place.
      if (isGone ? !formed : detached === null && group.ledger.isOwn(volume.uuid)) continue;
      this.remove(node, true, group);
      if (isGone) this.#attachEmpty(node);
      else if (detached === null) this.loseVolume(node);
      else this.swapBack(node);
    }
  }

  /** Neither of its two volumes is the cluster's. */
  #attachEmpty(node: Node): void {
    if (this.#isFree(node)) node.volume = { kind: 'empty' };
  }
}

function isOf(uuid: StateUuid | null, volume: Volume | null): boolean {
  return volume?.kind === 'data' && volume.uuid === uuid;
}

function comesBackNewer({ volume, copy, spoken }: Node): boolean {
  if (volume.kind !== 'data' || copy?.kind !== 'data') return false;
  return volume.copied && spoken === volume && !contains(volume.tip, copy.tip);
}
