/** The decision table of docs/recovery.md: for each row its words and a situation in which it is the answer. */
import * as rules from '../../src/coordination/decide/rules.ts';
import type { Answer, Report, Situation } from '../../src/coordination/types.ts';
import {
  A,
  B,
  CURRENT,
  EMPTY,
  forkedAt,
  formed,
  holding,
  known,
  member,
  MISSED,
  record,
  situation,
  started,
  unheard,
  UNMARKED,
  UNUSABLE,
  withView,
} from './situations.ts';

/** A row: the rule that answers, when it does so, what it answers, and an example. */
export interface Row {
  readonly rule: rules.Rule;
  readonly when: string;
  readonly answer: Answer['kind'];
  /** What follows the answer, for people. */
  readonly detail: string;
  readonly seen: Situation;
  readonly report: Report;
}

const leftBehind = (index: number, seqno: number) => known(index, holding(A, seqno), { rows: CURRENT });
const holder = { member: 'db-0', pod: 'db-0', podUid: 'uid-0' };
const ready = [member(0, { ready: true }), member(1), member(2)];
const strangers = [member(0, { ready: true, tls: true }), member(1, { tls: true, ownCertificate: true })];
const twoPods = [member(0), member(1)];
const annotated = [member(0), member(1, { order: 'now' }), member(2)];
const allEmpty = record({ members: { 'db-0': known(0, EMPTY), 'db-2': known(2, EMPTY) } });

function row(
  rule: rules.Rule,
  when: string,
  answer: Answer['kind'],
  detail: string,
  seen: Situation,
  report: Report,
): Row {
  return { rule, when, answer, detail, seen, report };
}

/** The rows in their order: the first that applies is the answer. */
export const TABLE: readonly Row[] = [
  row(
    rules.refuseForeignVolume,
    'the cluster has formed or a grant is out, and the caller holds data under another uuid than the recorded one',
    'refuse',
    'a state transfer would erase it',
    situation(1, formed({})),
    holding(B, 900, true),
  ),
  row(
    rules.refuseForeignVolume,
    'the cluster has formed, and the caller holds a database that was in no cluster',
    'refuse',
    'the same',
    situation(1, formed({})),
    UNMARKED,
  ),
  row(
    rules.joinServingMember,
    'another pod is Ready, and what runs in it was started with a word of the coordinator',
    'join',
    'own data is let in only when the record has its uuid and it has not diverged from the cluster; else refused, or told to wait while no uuid is recorded. The node keeps its last view while too few members answer to be Primary without it',
    situation(1, formed({ members: { 'db-0': started(0) } }), ready),
    EMPTY,
  ),
  row(
    rules.joinServingMember,
    'the same, and both want TLS with certificates of which one is of the injector and the other is not',
    'wait',
    'for a person: neither would let the other in',
    situation(1, formed({ members: { 'db-0': started(0) } }), strangers),
    EMPTY,
  ),
  row(
    rules.waitForGrant,
    'another pod holds the bootstrap grant',
    'wait',
    'for it to be Ready or gone',
    situation(
      1,
      record({
        uuid: A,
        holder,
        members: {
          'db-0': started(0, { state: { kind: 'started', as: 'bootstrap', component: null, view: null } }),
        },
      }),
    ),
    EMPTY,
  ),
  row(
    rules.obeyOrder,
    'no other member was told to start, the caller is annotated `bootstrap: now`, which is not spent, and it holds data or no other member does; beside servers that vanished only `bootstrap: machines-off`',
    'bootstrap',
    'spends the annotations of all other pods, and its own once its server is Primary; notes up to where the volumes of the others agree with this one',
    situation(1, formed({ members: { 'db-2': unheard(2) } }), annotated),
    holding(A, 4),
  ),
  row(
    rules.formLastViewAgain,
    'the caller has the recorded uuid and a last view that it has not tried, and after which no member was bootstrapped, since it was Primary; the others of that view have been Primary since they were told to start, or were told to form that view again, or have reported it; no bootstrap has set any of them apart, and none of their data is doubtful; and where none of them runs, the view had several members, one of which goes as far as the cluster had confirmed and as every member outside of the view that may be ahead',
    'reform',
    'the component forms again by itself',
    situation(1, formed({ members: { 'db-0': started(0), 'db-2': started(2) } })),
    withView(1, holding(A, 4)),
  ),
  row(
    rules.waitForStartedMember,
    'another member was told to start and has not asked again',
    'wait',
    'it runs and may hold newer data, or it will report',
    situation(1, formed({ members: { 'db-0': started(0) } })),
    holding(A, 900, true),
  ),
  row(
    rules.waitForStartedMember,
    'a member was told to start, its pod is gone, and its machine has not been heard since',
    'wait',
    'until the machine is heard, or a person says that it is off',
    {
      ...situation(1, formed({ members: { 'db-0': started(0, { machine: 'machine' }) } }), [
        member(1),
        member(2),
      ]),
      machines: new Map([['machine', { isReached: false, heard: null }]]),
    },
    holding(A, 900, true),
  ),
  row(
    rules.hearAllFirst,
    'a member has reported data, the cluster has never formed, and a scheduled pod has said nothing yet',
    'wait',
    'for that pod, as long as its init container has not run for a minute',
    situation(1, record()),
    holding(A, 4),
  ),
  row(
    rules.hearAllFirst,
    'a member has reported data, the cluster has never formed, and the members hold different databases, or one holds more than was adopted before under a grant that formed nothing',
    'wait',
    'for a person to choose one',
    situation(1, record({ members: { 'db-0': known(0, holding(B, 9)), 'db-2': known(2, EMPTY) } })),
    holding(A, 4),
  ),
  row(
    rules.hearAllFirst,
    'a member has reported data, the cluster has never formed, no member is safe, and a pod has not reported',
    'wait',
    'for that pod, however long: it may hold the newest data',
    situation(1, record({ members: { 'db-0': known(0, EMPTY) } }), [
      member(0),
      member(1),
      member(2, { scheduled: false }),
    ]),
    holding(A, 4),
  ),
  row(
    rules.hearAllFirst,
    'the same, and fewer members have reported than the cluster has, or had in a last view',
    'recover',
    'wait, and count as Ready meanwhile: an ordered controller then creates the others',
    situation(1, record({ members: { 'db-0': known(0, EMPTY) } }), twoPods),
    holding(A, 4),
  ),
  row(
    rules.bootstrapLastMember,
    'the cluster has formed, the caller is first in the order above and safe, it goes as far as the cluster had confirmed, and no bootstrap has set it apart',
    'bootstrap',
    'with its data',
    situation(1, formed({ members: { 'db-2': unheard(2) } })),
    holding(A, 4, true),
  ),
  row(
    rules.waitForHolders,
    'a member that may hold newer data has neither reported nor a pod',
    'recover',
    'wait, and count as Ready meanwhile: an ordered controller then creates that pod',
    situation(1, formed({ members: { 'db-2': unheard(2) } }), twoPods),
    holding(A, 4),
  ),
  row(
    rules.waitForHolders,
    'a member that may hold newer data has not reported, or reports another database than that of the cluster, which has formed',
    'wait',
    'for it, or for its own volume',
    situation(1, formed({ members: { 'db-2': unheard(2) } })),
    holding(A, 4),
  ),
  row(
    rules.waitForHolders,
    'no member has reported data, and a member that holds any, however old, has neither reported nor a pod',
    'recover',
    'as above',
    situation(1, formed({ members: { 'db-2': { ...unheard(2), rows: MISSED } } }), twoPods),
    EMPTY,
  ),
  row(
    rules.waitForHolders,
    'no member has reported data, and a member that holds any has not reported',
    'wait',
    'for it',
    situation(1, formed({ members: { 'db-2': { ...unheard(2), rows: MISSED } } })),
    EMPTY,
  ),
  row(
    rules.askPerson,
    'several members have data of the cluster, and one that no other is surely ahead of does not know its position',
    'wait',
    'for a person to choose one',
    situation(1, formed({ members: { 'db-0': known(0, holding(A, -1)), 'db-2': known(2, EMPTY) } })),
    holding(A, 4),
  ),
  row(
    rules.askPerson,
    'a member whose data has diverged shares more with the cluster than the first in the order above has, or goes further and was in a component since the fork that its stamp does not know, and no other is surely ahead of it',
    'wait',
    'for a person to choose one',
    situation(1, formed({ ...forkedAt(5), members: { 'db-0': leftBehind(0, 9), 'db-1': leftBehind(1, 4) } })),
    holding(A, 4),
  ),
  row(
    rules.askPerson,
    'every member that may hold newer data has reported, and none goes as far as the cluster had confirmed',
    'wait',
    'for the newer volume, or for a person to go on with an older copy',
    situation(1, formed({ confirmed: 9, members: { 'db-0': known(0, holding(A, 5)) } })),
    holding(A, 4),
  ),
  row(
    rules.askPerson,
    'the only data that members hold has diverged from the cluster',
    'wait',
    'for a person to choose one',
    situation(1, formed({ ...forkedAt(4), members: { 'db-0': known(0, holding(A, 9)) } })),
    EMPTY,
  ),
  row(
    rules.bootstrapNewest,
    'the caller is first in the order above, every member that may hold newer data has reported, no other with data has an unknown position, and it goes as far as the cluster had confirmed',
    'bootstrap',
    'with its data',
    situation(1, formed({ members: { 'db-0': known(0, holding(A, 3)), 'db-2': known(2, EMPTY) } })),
    holding(A, 4),
  ),
  row(
    rules.bootstrapNewest,
    'another member is first in the order above',
    'wait',
    'for it to bootstrap',
    situation(1, formed({ members: { 'db-0': known(0, holding(A, 5)) } })),
    holding(A, 4),
  ),
  row(
    rules.bootstrapNewest,
    'the cluster has never formed, and the caller is the one that holds a database that was in no cluster',
    'bootstrap',
    'with that database; the others wait',
    situation(1, allEmpty),
    UNMARKED,
  ),
  row(
    rules.formNewCluster,
    'a pod is scheduled, not terminating, has said nothing, and its init container has not run for a minute',
    'wait',
    'for it',
    situation(0, record({ members: { 'db-1': known(1, EMPTY) } })),
    EMPTY,
  ),
  row(
    rules.formNewCluster,
    'the cluster has formed, and a member holds what an interrupted state transfer left',
    'wait',
    'for a person: rows may be gone that a backup has',
    situation(0, formed({ members: { 'db-1': known(1, UNUSABLE), 'db-2': known(2, EMPTY) } })),
    EMPTY,
  ),
  row(
    rules.formNewCluster,
    'the caller is the designated member: the lowest number, or the oldest pod, of those that reported no data',
    'bootstrap',
    'under a uuid that was never used',
    situation(0, record({ members: { 'db-1': known(1, EMPTY), 'db-2': known(2, EMPTY) } })),
    EMPTY,
  ),
  row(rules.formNewCluster, 'otherwise', 'wait', 'for the designated member', situation(1, allEmpty), EMPTY),
];
