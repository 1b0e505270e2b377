/** Broken rules whose fault shows only in partitions, with pods that hang or end, or when a person steps in. */
import type { ClusterRecord, Member, Situation } from '../../src/coordination/types.ts';
import { deciding, type Mutant, others, told } from './mutations.ts';

/** The situation with only some of the other pods in it. */
function among(seen: Situation, keep: (member: Member) => boolean): Situation {
  const members = seen.members.filter((member) => member.podUid === seen.caller.podUid || keep(member));
  return { ...seen, members };
}

/** The record with nobody set apart from the cluster's history. */
function allOfOneHistory(record: ClusterRecord): ClusterRecord {
  const members = Object.entries(record.members).map(([name, known]) => [name, { ...known, apart: null }]);
  return { ...record, members: Object.fromEntries(members) as ClusterRecord['members'] };
}

const isTerminating = (seen: Situation, name: string): boolean =>
  seen.members.some((member) => member.name === name && member.terminating);

export const MUTANTS_OF_OUTSIDE: readonly Mutant[] = [
  [
    'honours an annotation that stayed on a second time',
    deciding((_seen, { record }) => ({ ...record, honoured: [] })),
    ['person'],
  ],
  [
    'forgets with a bootstrap by hand what the others hold beyond it',
    deciding((_seen, { record }) => allOfOneHistory(record)),
    ['person'],
  ],
  [
    'obeys an annotation beside a member that was started',
    told((seen) =>
      seen.caller.order !== null
        ? { seen: others(seen, (known) => ({ ...known, told: null, holdsData: false })) }
        : {},
    ),
    ['person'],
  ],
  [
    'obeys an annotation on a pod without data',
    told((seen, { data }) =>
      seen.caller.order !== null && data.kind === 'empty'
        ? { seen: others(seen, (known) => ({ ...known, told: null, holdsData: false })) }
        : {},
    ),
    ['person', 'volumes'],
  ],
  [
    'takes a pod that terminates for one that is gone',
    told((seen) => {
      const left = others(seen, (known, name) =>
        isTerminating(seen, name) ? { ...known, told: null, holdsData: false } : known,
      );
      return { seen: among(left, ({ terminating }) => !terminating) };
    }),
    ['pods'],
  ],
  ['never gives up a silent pod', told((seen) => ({ seen: { ...seen, now: 0 } })), ['pods']],
  [
    'waits for no pod that has not spoken',
    told((seen) => ({ seen: among(seen, ({ name }) => seen.record.members[name] !== undefined) })),
    ['person', 'calls'],
  ],
  [
    'takes a started member that is no longer Ready for one that has stopped',
    told((seen) => ({
      seen: others(seen, (known, name) => {
        const ready = seen.members.some((member) => member.name === name && member.ready);
        return ready || known.told === null ? known : { ...known, told: null, holdsData: false };
      }),
    })),
    ['network', 'coordinator'],
  ],
];
