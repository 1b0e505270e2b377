/** Broken rules: each has one fault that somebody could make, and that the model must find. */
import { EMPTY_RECORD, type Situation } from '../../src/coordination/types.ts';
import { isRunning } from '../../src/coordination/decide/index.ts';
import { type Mutant, others, present, STOPPED_AND_EMPTY, told } from './mutations.ts';
import { RULES } from './rules.ts';

const FIXED = 'dddddddd-0000-4000-8000-00000000000d' as Situation['freshUuid'];

const isThere = (seen: Situation, name: string) => seen.members.some((member) => member.name === name);

export const MUTANTS: readonly Mutant[] = [
  [
    'does not wait for a member that holds data and has not reported',
    told((seen) => ({
      seen: others(seen, (known) => (known.state.kind === 'unheard' ? null : known)),
    })),
  ],
  [
    'forgets a member whose pod is gone',
    told((seen) => ({ seen: others(seen, (known, name) => (isThere(seen, name) ? known : null)) })),
  ],
  [
    'believes every volume that it is safe',
    told((_seen, report) => ({ report: present(report, { safe: true }) })),
    `3 kept ordered
settle 0
deletePod 3 !
commit 0
scale 6 !`,
  ],
  [
    'takes every last view for one in which the member was alone',
    told((_seen, report) => {
      const { view } = report;
      return view === null
        ? {}
        : { report: { ...present(report, { safe: true }), view: { ...view, size: 1 } } };
    }),
    `3 kept ordered
settle 11 !
settle 11 !
kill 6
commit 1 !
scale 0 !`,
  ],
  [
    'does not look at the position',
    told((_seen, report) => ({ report: present(report, { seqno: 0, safe: false }) })),
  ],
  [
    'lets an empty member bootstrap a cluster that is known',
    told((seen, report) => (report.data.kind === 'empty' ? { seen: { ...seen, record: EMPTY_RECORD } } : {})),
  ],
  [
    'passes the grant on while its holder lives',
    // The record says it twice, as the holder and as a member that was told to bootstrap: either is enough.
    told((seen) => ({
      seen: others({ ...seen, record: { ...seen.record, holder: null } }, (known) =>
        known.state.kind === 'started' && known.state.as === 'bootstrap'
          ? { ...known, ...STOPPED_AND_EMPTY }
          : known,
      ),
    })),
  ],
  [
    'bootstraps beside a member that was started and is not Ready',
    told((seen) => ({
      seen: others(seen, (known) => (isRunning(known) ? { ...known, ...STOPPED_AND_EMPTY } : known)),
    })),
  ],
  [
    'lets a member with the data of another cluster join',
    {
      ...RULES,
      start: (seen, report) => {
        const decided = RULES.start(seen, report);
        const joins = decided.answer.kind === 'refuse';
        return joins ? RULES.start(seen, { ...report, data: { kind: 'empty' } }) : decided;
      },
    },
  ],
  [
    'takes a volume in whose place another one is attached for lost',
    told((seen) => ({
      seen: others(seen, (known) => {
        const data = known.state.kind === 'waiting' ? known.state.report.data : null;
        const isOther = data?.kind === 'present' && data.uuid !== seen.record.uuid;
        return seen.record.formed && isOther ? { ...known, rows: null } : known;
      }),
    })),
    `3 kept
swapVolume 5
settle 7 !
commit 2
deletePod 3
swapVolume 3 !
settle 6 !`,
  ],
  [
    'compares positions of different clusters',
    told((seen, report) =>
      seen.record.uuid === null ? {} : { report: present(report, { uuid: seen.record.uuid }) },
    ),
  ],
  [
    'begins two clusters under one uuid',
    told((seen) => ({ seen: { ...seen, freshUuid: FIXED } })),
    `3 kept ordered
settle 11
deletePod 0 !
loseVolume 9 !
deletePod 7
loseVolume 10 !`,
  ],
  [
    'takes an aborted state transfer for data that is safe',
    told((seen, report) => {
      if (report.data.kind !== 'unusable' || seen.record.uuid === null) return {};
      return {
        report: {
          ...report,
          data: { kind: 'present', uuid: seen.record.uuid, seqno: 900, safe: true, doubtful: false },
        },
      };
    }),
  ],
  [
    'answers a question that was given up',
    { ...RULES, isStale: () => false },
    `3 kept
createPod 2
beginCall 11 !
finishCall 4
overtake 11 !
createPod 3`,
  ],
  [
    'joins a member that is Ready because it recovers',
    told((seen) => ({
      seen: others(seen, (known, name) => {
        const ready = seen.members.some((member) => member.name === name && member.ready);
        const state = { kind: 'primary', component: null } as const;
        return ready ? { ...known, state, staleReadiness: null } : known;
      }),
    })),
  ],
  [
    'lets an ordered controller wait for a member that it does not create',
    {
      ...RULES,
      start: (seen, report) => {
        const { answer, record } = RULES.start(seen, report);
        return { record, answer: answer.kind === 'recover' ? { ...answer, kind: 'wait' } : answer };
      },
    },
  ],
  [
    'takes everybody who has not reported for one that others are ahead of',
    told((seen) => ({
      seen: others(seen, (known) => ({
        ...known,
        rows:
          known.rows === null || known.state.kind === 'waiting'
            ? known.rows
            : { since: -1, until: -1, stamp: -1, told: false },
      })),
    })),
    [],
  ],
];
