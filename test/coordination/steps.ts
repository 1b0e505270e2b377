/** The steps of a history: what may happen to a world, how often, and how a step is written down. */
import { abortTransfer, breakTransfer, outage } from './crashes.ts';
import { takeCopy } from './model/copies.ts';
import type { Node } from './model/nodes.ts';
import {
  annotate,
  bootstrapBySql,
  deleteByForce,
  deleteLease,
  orderWithMachinesOff,
  refill,
} from './person.ts';
import type { Lost } from './rules.ts';
import type { World } from './world.ts';

/** Kinds of faults that a history has or has not, beside crashes, outages, scaling and lost calls. */
export const FAULTS = [
  'volumes',
  'network',
  'coordinator',
  'pods',
  'person',
  'calls',
  'servers',
  'copies',
  'machines',
  'sql',
] as const;
export type Fault = (typeof FAULTS)[number];

/**
 * Those that every random history of the tests has to stand. In copies of volumes and bootstraps over SQL the fuzzer still
 * finds a rare history that a person has to end; docs/model.md names them.
 */
export const STOOD = FAULTS.filter((fault) => fault !== 'copies' && fault !== 'sql');

type Perform = (world: World, node: Node, flag: boolean) => void;
type Kinds = Readonly<Record<string, readonly [weight: number, Perform]>>;

/** One step, ready to be taken. */
export interface Step {
  /** `NAME PLACE`, with `!` where the step is done the other way: cleanly, for all, later. */
  readonly text: string;
  readonly take: (world: World) => void;
}

/** Places that a step can name; a multiple of every number of places a world has. */
const PLACES = 12;
/** Milliseconds: longer than the rules wait for a silent pod. */
const MINUTE_AND_MORE = 61_000;
/** Milliseconds that each step takes. */
const STEP_MS = 500;

const finish = (lost: Lost): Perform => {
  return (world, node, flag) => world.finishCall(node.index, lost, flag);
};

/** What makes a cluster go on is frequent; the rest is what rules have to stand in every history. */
const ALWAYS: Kinds = {
  createPod: [4, (world, node) => world.createPod(node)],
  beginCall: [6, (world, node) => world.beginCall(node)],
  // The start script gives a question up and asks the next one.
  askTwice: [
    2,
    (world, node) => {
      world.beginCall(node);
      world.beginCall(node);
    },
  ],
  finishCall: [6, finish('nothing')],
  loseCall: [1, finish('before-write')],
  loseAnswer: [1, finish('before-answer')],
  launch: [4, (world, node) => world.launch(node)],
  noticeReadiness: [3, (world, node) => world.noticeReadiness(node)],
  commit: [2, (world) => world.group.commit()],
  kill: [2, (world, node) => world.kill(node)],
  deletePod: [2, (world, node, flag) => world.deletePod(node, flag)],
  outage: [1, (world, _node, flag) => outage(world, flag)],
  scale: [1, (world, node, flag) => world.workload.scale(node.index + 1, flag, world.group)],
  abortTransfer: [2, (world, node) => abortTransfer(world, node)],
  restartNonPrimary: [1, (world, node) => world.restartNonPrimary(node)],
  // A stretch without faults: what happens to a formed cluster is reached far more often so.
  // Questions that were asked before it may be answered in it, or linger in a slow replica.
  settle: [2, (world, _node, flag) => world.settle(3, flag)],
};

const OF_FAULTS: Readonly<Record<Fault, Kinds>> = {
  volumes: {
    loseVolume: [2, (world, node) => world.workload.loseVolume(node)],
    breakTransfer: [2, (world, node) => breakTransfer(world, node)],
    losePosition: [1, (world, node) => world.workload.losePosition(node)],
    swapVolume: [1, (world, node) => world.workload.swapVolume(node, world.record.formed)],
    swapBack: [2, (world, node) => world.workload.swapBack(node)],
  },
  network: {
    split: [1, (world, node) => world.network.split(node.index + 1)],
    isolate: [2, (world, node) => world.network.isolate(node)],
    heal: [2, (world) => world.network.heal()],
  },
  coordinator: {
    cutOff: [1, (world, node) => world.network.cutOff(node)],
    toggleCoordinator: [1, (world) => world.network.toggleCoordinator()],
    startAlone: [3, (world, node) => world.startAlone(node)],
  },
  pods: {
    terminate: [3, (world, node) => world.workload.terminate(node)],
    createMutePod: [1, (world, node) => world.createPod(node, 'mute')],
    createUnscheduledPod: [1, (world, node, flag) => world.createPod(node, flag ? 'pulling' : 'unscheduled')],
    advancePod: [1, (world, node) => world.workload.advance(node)],
    minutePasses: [1, (world) => world.pass(MINUTE_AND_MORE)],
  },
  calls: {
    overtake: [6, (world, node) => world.overtake(node)],
  },
  person: {
    annotate: [3, (_world, node) => annotate(node, 'now')],
    deleteLease: [1, (world) => deleteLease(world)],
  },
  servers: {
    lag: [4, (world, node) => world.group.lag(node)],
    killInDdl: [2, (world, node, flag) => world.killInDdl(node, flag)],
  },
  copies: {
    report: [3, (world) => world.report()],
    takeCopy: [2, (_world, node) => takeCopy(node)],
    putBack: [2, (world, node, flag) => world.putBack(node, flag)],
    cloneNext: [1, (world, node) => world.workload.cloneNext(node, world.group)],
    refill: [2, (world, node) => refill(world, node)],
  },
  machines: {
    cutOff: [2, (world, node) => world.network.cutOff(node)],
    deleteByForce: [4, (world, node) => deleteByForce(world, node)],
    reachMachines: [1, (world) => world.workload.machines.reach(world.group)],
    orderWithMachinesOff: [1, (world, node) => orderWithMachinesOff(world, node)],
    launchLost: [1, (world) => world.workload.machines.places.forEach((one) => world.launch(one))],
  },
  sql: {
    bootstrapBySql: [4, (world, node) => bootstrapBySql(world, node)],
  },
};

const ALL: Kinds = Object.assign({}, ALWAYS, ...Object.values(OF_FAULTS)) as Kinds;
const decks = new Map<string, readonly Step[]>();

/** Every step that may happen with those faults, as often as it is likely. */
export function deckOf(faults: readonly Fault[]): readonly Step[] {
  const key = faults.join();
  const known = decks.get(key);
  if (known !== undefined) return known;
  const kinds = [ALWAYS, ...faults.map((fault) => OF_FAULTS[fault])].flatMap((one) => Object.entries(one));
  const deck = kinds.flatMap(([name, [weight]]) => {
    const variants = Array.from({ length: PLACES * 2 }, (_, i) => stepOf(name, i >> 1, i % 2 === 1));
    return Array.from({ length: weight }, () => variants).flat();
  });
  decks.set(key, deck);
  return deck;
}

/** The steps that are written down one a line. */
export function readSteps(text: string): readonly Step[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', place = '0', flag] = line.split(' ');
      return stepOf(name, Number(place), flag === '!');
    });
}

function stepOf(name: string, place: number, flag: boolean): Step {
  const perform = ALL[name]?.[1];
  if (perform === undefined) throw new Error(`no step is called ${name}`);
  return {
    text: `${name} ${place}${flag ? ' !' : ''}`,
    take: (world) => {
      const node = world.nodes[place % world.nodes.length];
      world.pass(STEP_MS);
      if (node !== undefined) perform(world, node, flag);
    },
  };
}
