/** Broken rules whose fault shows only in partitions, with pods that hang or end, or when a person steps in. */
import type { ClusterRecord, Member, Situation } from '../../src/coordination/types.ts';
import { isRunning } from '../../src/coordination/decide/index.ts';
import { CARRIED_OUT, JOINED_EARLY } from './found-orders.ts';
import { deciding, type Mutant, others, STOPPED_AND_EMPTY, told } from './mutations.ts';
import { RULES } from './rules.ts';

/** The situation with only some of the other pods in it. */
function among(seen: Situation, keep: (member: Member) => boolean): Situation {
  const members = seen.members.filter((member) => member.podUid === seen.caller.podUid || keep(member));
  return { ...seen, members };
}

/** The record as if the cluster had never gone on without somebody. */
function allOfOneHistory(record: ClusterRecord): ClusterRecord {
  return { ...record, generations: record.generations.map((one) => ({ ...one, isFork: false })) };
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
    'does not spend an order when its server is Primary',
    {
      ...RULES,
      ready: (seen, serving) => RULES.ready({ ...seen, caller: { ...seen.caller, order: null } }, serving),
    },
    CARRIED_OUT,
  ],
  [
    'does not spend an order when another member starts beside its server',
    deciding((seen, { answer, record }) => {
      const { holder, honoured } = seen.record;
      const isNew = (one: string) => !one.startsWith(`${holder?.podUid ?? ''} `) || honoured.includes(one);
      return answer.kind === 'join' ? { ...record, honoured: record.honoured.filter(isNew) } : record;
    }),
    JOINED_EARLY,
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
        ? { seen: others(seen, (known) => ({ ...known, ...STOPPED_AND_EMPTY })) }
        : {},
    ),
    ['person'],
  ],
  [
    'obeys an annotation on a pod without data',
    told((seen, { data }) =>
      seen.caller.order !== null && data.kind === 'empty'
        ? { seen: others(seen, (known) => ({ ...known, ...STOPPED_AND_EMPTY })) }
        : {},
    ),
    ['person', 'volumes'],
  ],
  [
    'takes a pod that terminates for one that is gone',
    told((seen) => {
      const left = others(seen, (known, name) =>
        isTerminating(seen, name) ? { ...known, ...STOPPED_AND_EMPTY } : known,
      );
      return { seen: among(left, ({ terminating }) => !terminating) };
    }),
    `3 kept ordered
settle 0
settle 5
terminate 9 !
kill 10 !
askTwice 1
terminate 11`,
  ],
  ['never gives up a silent pod', told((seen) => ({ seen: { ...seen, now: 0 } })), ['pods']],
  [
    'waits for no pod that has not spoken',
    told((seen) => ({ seen: among(seen, ({ name }) => seen.record.members[name] !== undefined) })),
    `3 kept
settle 0
annotate 5
deleteLease 11 !
kill 8 !
beginCall 8`,
  ],
  [
    'takes a started member that is no longer Ready for one that has stopped',
    told((seen) => ({
      seen: others(seen, (known, name) => {
        const ready = seen.members.some((member) => member.name === name && member.ready);
        return ready || !isRunning(known) ? known : { ...known, ...STOPPED_AND_EMPTY };
      }),
    })),
    ['network', 'coordinator'],
  ],
];
