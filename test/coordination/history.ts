/** Random histories of a world, as numbers that fast-check can shrink, and what is judged in them. */
import * as fc from 'fast-check';
import type { Lost, Rules } from './rules.ts';
import { World } from './world.ts';

const NODES = 3;
/** Rounds without faults after which everything that may come back has come back. */
const ROUNDS = 24;

/** A history: what kind of workload it is, and what happens to it. */
export interface History {
  readonly durable: boolean;
  readonly ordered: boolean;
  readonly steps: readonly number[];
}

type Perform = (world: World, node: World['nodes'][number], flag: boolean) => void;

const finish = (lost: Lost): Perform => {
  return (world, node) => world.finishCall(node.index, lost);
};

/** Kinds of steps with their weight; the most frequent ones are what makes a cluster go on. */
const KINDS: readonly (readonly [number, Perform])[] = [
  [4, (world, node) => world.createPod(node)],
  [6, (world, node) => world.beginCall(node)],
  // The start script gives a question up and asks the next one.
  [
    2,
    (world, node) => {
      world.beginCall(node);
      world.beginCall(node);
    },
  ],
  [6, finish('nothing')],
  [1, finish('before-write')],
  [1, finish('before-answer')],
  [4, (world, node) => world.launch(node)],
  [3, (world, node) => world.noticeReadiness(node)],
  [2, (world) => world.commit()],
  [2, (world, node) => world.kill(node)],
  [2, (world, node, flag) => world.deletePod(node, flag)],
  [1, (world, _node, flag) => world.outage(flag)],
  [1, (world, node) => world.scale(node.index + 1)],
  [1, (world, node) => world.abortTransfer(node)],
  [1, (world, node) => world.restartNonPrimary(node)],
  // A stretch without faults: what happens to a formed cluster is reached far more often so.
  [1, (world) => world.settle(3)],
];
const VOLUME_FAULTS: typeof KINDS = [
  [2, (world, node) => world.loseVolume(node)],
  [1, (world, node) => world.swapVolume(node)],
];
const DECK = KINDS.flatMap(([weight, step]) => Array.from({ length: weight }, () => step));
const FAULTY_DECK = [
  ...DECK,
  ...VOLUME_FAULTS.flatMap(([weight, step]) => Array.from({ length: weight }, () => step)),
];

/** Histories of all kinds. */
export const histories: fc.Arbitrary<History> = fc.record({
  durable: fc.boolean(),
  ordered: fc.boolean(),
  steps: fc.array(fc.nat(FAULTY_DECK.length * NODES * 2 - 1), { minLength: 20, maxLength: 100 }),
});

/** What went wrong in a history: what must never happen, and a cluster that does not come back though it may. */
export function judge(
  { durable, ordered, steps }: History,
  volumeFaults: boolean,
  rules?: Rules,
): readonly string[] {
  const world = new World({ nodes: NODES, durable, ordered, ...(rules === undefined ? {} : { rules }) });
  const deck = volumeFaults ? FAULTY_DECK : DECK;
  for (const number of steps) {
    const node = world.nodes[number % NODES];
    const flag = Math.floor(number / NODES) % 2 === 1;
    const step = deck[Math.floor(number / NODES / 2) % deck.length];
    if (node !== undefined) step?.(world, node, flag);
    if (world.violations.length > 0) return world.violations;
  }
  world.settle(ROUNDS);
  return [...world.violations, ...missing(world, ordered)];
}

/** Members that do not serve although nothing forbids it: a foreign volume keeps its own member out, and a person in. */
function missing(world: World, ordered: boolean): readonly string[] {
  const { uuid, formed } = world.record;
  const foreign = world.nodes.filter(({ volume }) => volume.kind === 'data' && volume.uuid !== uuid);
  // Several databases and no record of which is meant, or an ordered controller that stops at the refused pod.
  if (foreign.length > 0 && (!formed || ordered)) return [];
  return world.nodes
    .filter((node) => !foreign.includes(node) && !world.serving.includes(node.index))
    .map((node) => `${node.index} never comes back: ${world.said(node)}`);
}
