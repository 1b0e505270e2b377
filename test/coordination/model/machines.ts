/**
 * Machines that the control plane does not reach, whose pods somebody has deleted by force: what runs there goes on until
 * the machine is reached again, when its kubelet ends it, or until a person has made sure that the machine is off.
 */
import type { ClusterRecord, MachineView } from '../../../src/coordination/types.ts';
import { reached } from './applying.ts';
import type { Group } from './group.ts';
import { emptyNode, newMachine, type Node, NO_POD, type Pod } from './nodes.ts';
import type { Place } from './volumes.ts';
import type { Clock } from './workload.ts';

/** Machines that can be lost at the same time. */
const MOST = 2;

/** What runs on a lost machine, and the place that its pod had. */
interface Left {
  readonly node: Node;
  readonly of: Node;
  readonly pod: Pod;
  /** How far it had come by then. */
  readonly had: Place | null;
}

export class Machines {
  /** Places for what runs on without a pod; none of them ever has one. */
  readonly places: readonly Node[];
  readonly #clock: Clock;
  readonly #durable: boolean;
  #left: Left[] = [];
  /** Names of the machines that the control plane does not reach and whose pods are gone. */
  readonly #lost = new Set<string>();

  constructor(after: number, clock: Clock, durable: boolean) {
    this.places = Array.from({ length: MOST }, (_, i) => emptyNode(after + i));
    this.#clock = clock;
    this.#durable = durable;
  }

  /** What the control plane knows of the machines that a record names: a kubelet that is reached has just been heard. */
  viewsOf({ members, vanished }: ClusterRecord, now: number): ReadonlyMap<string, MachineView> {
    const names = [...Object.values(members), ...vanished].flatMap(({ machine }) => machine ?? []);
    const view = (name: string): MachineView =>
      this.#lost.has(name) ? { isReached: false, heard: 'before' } : { isReached: true, heard: String(now) };
    return new Map(names.map((name) => [name, view(name)]));
  }

  /** Something runs whose pod is gone. */
  get anyRuns(): boolean {
    return this.#left.length > 0;
  }

  /** Name of the member that runs at one of the places. */
  nameOf(place: Node): string | null {
    return this.#left.find(({ node }) => node === place)?.pod.name ?? null;
  }

  /** Whether the volume of the node is attached to a lost machine, so that no other can have it. */
  holdsVolumeOf(node: Node): boolean {
    return this.#durable && this.#left.some(({ of }) => of === node);
  }

  /** The pod is deleted by force; the next one comes onto another machine. */
  abandon(node: Node, group: Group): void {
    const place = this.places.find((one) => !this.#left.some((left) => left.node === one));
    const { pod, process, volume, detached, copy, index } = node;
    if (pod === null || !node.cutOff || place === undefined || this.holdsVolumeOf(node)) return;
    if (process === 'server' || process === 'granted') {
      const { machine, address, island, cutOff, self, lags, pending, told, onItsOwn, start } = node;
      const stays = { machine, address, island, cutOff, self, lags, pending, told, onItsOwn, start };
      Object.assign(place, { ...stays, process, volume, detached: null, doomed: !this.#durable });
      group.move(node, place);
      this.#left.push({ node: place, of: node, pod, had: reached(place) });
    }
    this.#lost.add(node.machine);
    const kept = this.#durable ? { detached, copy } : { detached: null, copy: null };
    const isHeld = this.holdsVolumeOf(node) || !this.#durable;
    const number = this.#clock.next();
    Object.assign(node, { ...NO_POD, ...kept, ...newMachine(index, number) });
    if (isHeld) node.volume = { kind: 'empty' };
  }

  /** A machine is reached again: its kubelet ends what runs of pods that are gone. */
  reach(group: Group): void {
    this.#end(group, true);
    this.#lost.clear();
  }

  /** A person makes sure that the machines are off. The control plane does not reach them any more than before. */
  turnOff(group: Group): void {
    this.#end(group, false);
  }

  #end(group: Group, clean: boolean): void {
    for (const { node, of, had } of this.#left) {
      group.stop(node, clean);
      const { volume } = node;
      if (volume.kind === 'data' && volume.tip !== had) volume.unnamed = true;
      if (this.#durable) of.volume = volume;
      Object.assign(node, { ...NO_POD, volume: { kind: 'empty' } });
    }
    this.#left = [];
  }
}
