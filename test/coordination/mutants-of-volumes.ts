/** Broken rules that believe what a volume says, or what nobody has said: volumes may be behind, copied, or of a crash inside a DDL. */
import type { Stamp } from '../../src/coordination/stamp.ts';
import type { ClusterRecord, Data, MemberRecord, Report, Situation } from '../../src/coordination/types.ts';
import { isRunning } from '../../src/coordination/decide/index.ts';
import { BESIDE_A_FORK } from './found-components.ts';
import { deciding, type Mutant, others, present, told } from './mutations.ts';
import { RULES } from './rules.ts';

type Members = ClusterRecord['members'];

/** The record with each member changed. */
function withMembers(record: ClusterRecord, change: (known: MemberRecord) => MemberRecord): ClusterRecord {
  const entries = Object.entries(record.members).map(([name, known]) => [name, change(known)]);
  return { ...record, members: Object.fromEntries(entries) as Members };
}

const isOutside = ({ view }: Report, known: MemberRecord): boolean =>
  view !== null &&
  !isRunning(known) &&
  !(known.state.kind === 'waiting' && known.state.report.view?.id === view.id);

const asEmpty = (data: Data): Data =>
  data.kind === 'present' && data.doubtful ? { kind: 'unusable' } : data;

const withoutForks = (stamp: Stamp | null): Stamp | null => (stamp === null ? null : { ...stamp, forks: [] });

const withCaller = (seen: Situation, change: Partial<Situation['caller']>): Situation => ({
  ...seen,
  caller: { ...seen.caller, ...change },
});

export const MUTANTS_OF_VOLUMES: readonly Mutant[] = [
  [
    'takes the last view for a proof of position',
    told((_seen, report) => (report.view?.size === 1 ? { report: present(report, { safe: true }) } : {})),
    `3 kept
settle 0
lag 0
commit 9 !
killInDdl 4
scale 10 !
outage 10 !`,
  ],
  [
    'forms a last view again that others may be ahead of',
    told((seen, report) => ({
      seen: others({ ...seen, record: { ...seen.record, confirmed: 0 } }, (known) =>
        isOutside(report, known) ? { ...known, rows: null } : known,
      ),
    })),
    ['servers'],
  ],
  [
    'lets one that was killed and has not asked yet speak for its last view',
    told((seen, report) => {
      const oneRuns = Object.values(seen.record.members).some(({ state }) => state.kind === 'primary');
      if (!oneRuns) return {};
      const heard = others(seen, (known) => (isOutside(report, known) ? { ...known, rows: null } : known));
      return { seen: heard };
    }),
    ['servers'],
  ],
  [
    'takes data of a crash inside a DDL for none',
    told((_seen, report) => ({ report: { ...report, data: asEmpty(report.data) } })),
    ['servers'],
  ],
  [
    'sets the others apart only at bootstraps by hand',
    deciding((_seen, { answer, record }) => {
      if (answer.kind !== 'bootstrap' || answer.byHand) return record;
      const generations = record.generations.map((one) =>
        one.number === record.generation ? { ...one, isFork: false } : one,
      );
      return { ...record, generations };
    }),
    ['copies'],
  ],
  [
    'takes a server that ran beside a fork for one that was in it',
    told((seen) => {
      const { generation, members } = seen.record;
      const own = members[seen.caller.name];
      if (own?.state.kind !== 'primary' || own.rows === null) return {};
      const changed = { ...own, rows: { ...own.rows, until: generation } };
      return {
        seen: { ...seen, record: { ...seen.record, members: { ...members, [seen.caller.name]: changed } } },
      };
    }),
    BESIDE_A_FORK,
  ],
  [
    'takes a volume for what its member had, whatever time it is of',
    {
      ...RULES,
      start: (seen, report) => {
        const isKnown = (seen.record.members[seen.caller.name]?.rows ?? null) !== null;
        return RULES.start(isKnown ? { ...seen, stamp: null } : seen, report);
      },
    },
    `3 kept
settle 0
takeCopy 0
commit 0
takeCopy 2
scale 0
putBack 0
createPod 0
annotate 0
settle 0
outage 1 !
refill 11 !
settle 2
settle 9
putBack 8`,
  ],
  [
    'learns nothing from volumes after the record was lost',
    {
      ...RULES,
      start: (seen, report) => RULES.start({ ...seen, stamp: withoutForks(seen.stamp) }, report),
      ready: (seen, serving) => RULES.ready({ ...seen, stamp: withoutForks(seen.stamp) }, serving),
    },
    `3 kept ordered
settle 0
takeCopy 0
commit 0
report 0
scale 0
putBack 0
createPod 0
annotate 0
settle 0
settle 0
deletePod 4
deleteLease 11 !`,
  ],
  [
    'does not look at what was confirmed',
    told((seen) => ({ seen: { ...seen, record: { ...seen.record, confirmed: 0 } } })),
    ['copies'],
  ],
  [
    'believes for ever that a volume is empty, whatever stands beside the data',
    told((seen, { data }) => {
      const own = seen.record.members[seen.caller.name];
      if (own === undefined || data.kind !== 'present') return {};
      const { generation } = seen.record;
      const rows = { since: generation, until: generation, stamp: -1, told: false };
      const members = { ...seen.record.members, [seen.caller.name]: { ...own, rows: own.rows ?? rows } };
      return { seen: { ...seen, stamp: null, record: { ...seen.record, members } } };
    }),
    ['copies'],
  ],
  [
    'takes a started pod that the record does not know for a stopped one',
    told((seen) => ({
      seen: { ...seen, members: seen.members.map((member) => ({ ...member, initDone: false })) },
    })),
    `3 kept
settle 0
deleteLease 11
cutOff 8
annotate 3
breakTransfer 3 !
scale 3`,
  ],
  [
    'adopts data before all members of the cluster have spoken',
    told((seen, report) => {
      const { view } = report;
      const one = seen.members.map((member) => ({ ...member, size: 1 }));
      const alone = view === null ? report : { ...report, view: { ...view, size: 1 } };
      return seen.record.formed ? {} : { seen: { ...seen, members: one }, report: alone };
    }),
    ['person'],
  ],
  [
    'forgets started members whose machine is lost',
    told((seen) => ({
      seen: others({ ...seen, record: { ...seen.record, vanished: [] } }, (known) => ({
        ...known,
        machine: null,
      })),
    })),
    `3 kept ordered
settle 0
settle 0
cutOff 11 !
kill 0 !
deletePod 10 !
annotate 9 !
deleteByForce 2 !
beginCall 9 !
deletePod 9
finishCall 10
commit 8 !`,
  ],
  [
    'obeys an order beside servers on lost machines',
    told((seen) => (seen.caller.order === null ? {} : { seen: withCaller(seen, { order: 'machines-off' }) })),
    ['machines', 'person'],
  ],
  [
    'confirms two components again and again',
    {
      ...RULES,
      ready: (seen, serving) => {
        const record = withMembers(seen.record, (known) =>
          known.state.kind === 'primary' ? { ...known, state: { ...known.state, component: null } } : known,
        );
        return RULES.ready({ ...seen, record }, serving);
      },
    },
    ['network', 'sql'],
  ],
];
