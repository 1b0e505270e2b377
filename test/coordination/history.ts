/** Random histories of a world, and what is judged in them. */
import * as fc from 'fast-check';
import { stuck, untold } from './progress.ts';
import type { Rules, Workload } from './rules.ts';
import { deckOf, type Fault, FAULTS, readSteps, type Step } from './steps.ts';
import { World } from './world.ts';

/** Most faults need a cluster that has formed. */
const FORMED = readSteps('settle 0\nsettle 0\ncommit 0');
/** One whose record is lost. */
const UNRECORDED = [...FORMED, ...readSteps('deleteLease 0')];
/** Volumes of a cluster that nobody knows of any more, the last of which is behind. */
const FORGOTTEN = readSteps('settle 0\nsettle 0\ncommit 0\nkill 2\ncommit 0\noutage 0 !\ndeleteLease 0');
const PODS = readSteps('createPod 0\ncreatePod 1\ncreatePod 2');
const MINUTES = readSteps(
  'minutePasses 0\nbeginCall 0\nfinishCall 0\nminutePasses 0\nbeginCall 0\nfinishCall 0',
);
/** A cluster with a copy of a volume, of when its member was alone; what came later is confirmed. */
const COPIED = readSteps(
  'settle 0\nscale 0\ncommit 0\ntakeCopy 0\nsettle 0\nsettle 0\ncommit 0\nreport 0',
).concat(MINUTES);
/** A cluster that a person has rolled back to that copy, with copies of what it has gone on without. */
const ROLLED_BACK = COPIED.concat(
  readSteps(
    'takeCopy 1\ntakeCopy 2\nscale 0\nputBack 0\ncreatePod 0\nannotate 0\nsettle 0\nsettle 0\ncommit 0\nreport 0',
  ),
);

/** What histories with those faults begin with: nothing, a cluster, or what is left of one. */
function beginningsOf(faults: readonly Fault[]): readonly (readonly Step[])[] {
  return [
    [],
    FORMED,
    ...(faults.includes('person') ? [FORMED, UNRECORDED, FORGOTTEN, [...FORGOTTEN, ...PODS]] : []),
    ...(faults.includes('copies') ? [COPIED, ROLLED_BACK] : []),
  ];
}

/** A history: what kind of workload it is, and what happens to it. */
export interface History {
  readonly replicas: number;
  readonly workload: Workload;
  readonly ordered: boolean;
  readonly steps: readonly Step[];
}

/** Histories with any selection of those faults: each finds more when not all are mixed in every one. */
export function historiesWithin(faults: readonly Fault[]): fc.Arbitrary<History> {
  return historiesOver(fc.subarray([...faults]));
}

/** Histories with all of those faults. */
export function historiesWith(faults: readonly Fault[]): fc.Arbitrary<History> {
  return historiesOver(fc.constant([...faults]));
}

/** The same of three members with volumes that stay, of which most rules are. */
export function plainHistoriesWith(faults: readonly Fault[]): fc.Arbitrary<History> {
  return historiesOver(fc.constant([...faults]), { replicas: [3], workloads: ['kept'] });
}

const KINDS: { readonly replicas: number[]; readonly workloads: Workload[] } = {
  replicas: [3, 3, 3, 4, 1, 2, 5],
  workloads: ['kept', 'kept', 'kept', 'lost', 'renamed'],
};

function historiesOver(selections: fc.Arbitrary<Fault[]>, kinds = KINDS): fc.Arbitrary<History> {
  return fc
    .record({
      replicas: fc.constantFrom(...kinds.replicas),
      workload: fc.constantFrom(...kinds.workloads),
      ordered: fc.boolean(),
      faults: selections,
      beginning: fc.nat(1_000_000),
      numbers: fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 90 }),
    })
    .map(({ replicas, workload, ordered, faults, beginning, numbers }) => {
      const deck = deckOf(faults);
      const steps = numbers.flatMap((number) => deck[number % deck.length] ?? []);
      const beginnings = beginningsOf(faults);
      const first = beginnings[beginning % beginnings.length] ?? [];
      return { replicas, workload, ordered, steps: [...first, ...steps] };
    });
}

/** Histories with faults of all kinds. */
export const histories = historiesWithin(FAULTS);

/** A history as text that `replay` takes. */
export function describeHistory({ replicas, workload, ordered, steps }: History): string {
  const kind = `${replicas} ${workload}${ordered ? ' ordered' : ''}`;
  return [kind, ...steps.map((step) => step.text)].join('\n');
}

/** Judges a history that was written down: its kind in the first line, then one step a line. */
export function replay(text: string, rules?: Rules): readonly string[] {
  const [kind = '', ...lines] = text.trim().split('\n');
  const [replicas, workload, ordered] = kind.trim().split(' ');
  if (workload !== 'kept' && workload !== 'lost' && workload !== 'renamed') {
    throw new Error(`the kind of the history is ${kind}; it must be REPLICAS kept|lost|renamed [ordered]`);
  }
  const steps = readSteps(lines.join('\n'));
  return judge({ replicas: Number(replicas), workload, ordered: ordered === 'ordered', steps }, rules);
}

/** What went wrong in a history: what must never happen, and a cluster that does not come back though it may. */
export function judge({ steps, ...options }: History, rules?: Rules): readonly string[] {
  const world = new World({ ...options, ...(rules === undefined ? {} : { rules }) });
  for (const step of steps) {
    step.take(world);
    if (world.violations.length > 0) return world.violations;
    const silent = world.isWhole() ? untold(world) : [];
    if (silent.length > 0) return silent;
  }
  const left = stuck(world, options.ordered);
  return [...world.violations, ...left];
}
