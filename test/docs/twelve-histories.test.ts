/** The answers of docs/twelve-histories.md, held to the code. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decideStart } from '../../src/coordination/decide/index.ts';
import type { ClusterRecord, Report, Situation } from '../../src/coordination/types.ts';
import {
  A,
  doubtful,
  EMPTY,
  forkedAt,
  formed,
  holding,
  known,
  LATEST,
  member,
  ready,
  record,
  situation,
  started,
  stranger,
  unheard,
  withView,
} from '../coordination/situations.ts';

const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'twelve-histories.md'), 'utf8');

const one = [member(0)];
/** Three members, one of which has a pod that cannot be scheduled. */
const withPending = (pending: number) =>
  [0, 1, 2].map((index) => member(index, index === pending ? { scheduled: false, initStarted: null } : {}));
const inDdl = formed({
  members: {
    'db-0': known(0, doubtful(A, 900)),
    'db-1': known(1, doubtful(A, 900)),
    'db-2': known(2, doubtful(A, 898)),
  },
});
const stopped = formed({
  confirmed: 800,
  members: { 'db-0': unheard(0), 'db-1': unheard(1), 'db-2': unheard(2) },
});
const inView = (index: number, seqno: number) => known(index, withView(index, holding(A, seqno)));

/** db-1 was chosen at 500. */
const afterAChoice = (members: ClusterRecord['members']) =>
  formed({ ...forkedAt(500), confirmed: 900, members });
const served = afterAChoice({ 'db-1': started(1, { rows: LATEST }), 'db-2': unheard(2) });
const stoppedSince = afterAChoice({
  'db-1': known(1, null, { rows: LATEST }),
  'db-2': known(2, holding(A, 700)),
});

const vanished: Situation = {
  ...situation(
    0,
    formed({
      vanished: [{ member: 'db-2', podUid: 'gone', machine: 'node-2', heard: 'before' }],
      members: { 'db-1': known(1, holding(A, 900)), 'db-2': unheard(2) },
    }),
    [member(0), member(1)],
  ),
  machines: new Map([['node-2', { isReached: false, heard: 'before' }]]),
};

const HISTORIES: readonly (readonly [Situation, Report])[] = [
  [situation(0, inDdl), doubtful(A, 900)],
  [situation(2, inDdl), doubtful(A, 898)],
  [situation(0, stopped, one), holding(A, 800, true)],
  [situation(0, stopped, one), holding(A, 500, true)],
  [
    situation(1, formed({ confirmed: 880, members: { 'db-0': inView(0, 900), 'db-2': inView(2, 895) } })),
    withView(1, holding(A, 900)),
  ],
  [
    situation(
      1,
      formed({ confirmed: 880, members: { 'db-0': inView(0, 900), 'db-2': unheard(2) } }),
      withPending(2),
    ),
    withView(1, holding(A, 900)),
  ],
  [vanished, holding(A, 900)],
  [situation(2, served, ready(1)), holding(A, 700)],
  [situation(2, served, ready(1)), holding(A, 480)],
  [situation(0, stoppedSince, withPending(1)), holding(A, 900)],
  [stranger(0, record({ members: { 'db-1': known(1, holding(A, 900)) } }), withPending(2)), holding(A, 900)],
  [
    situation(
      0,
      formed({ members: { 'db-0': known(0, EMPTY), 'db-1': known(1, EMPTY), 'db-2': known(2, EMPTY) } }),
    ),
    EMPTY,
  ],
];

describe('the twelve histories', () => {
  it.each(HISTORIES.map((history, index) => [index + 1, history] as const))(
    'end as docs/twelve-histories.md says: %i',
    (number, [seen, report]) => {
      const [, kind, reason] = new RegExp(`^\\| ${number} +\\| (\\w+) +\\| \`(\\w+)\``, 'm').exec(page) ?? [];
      expect(decideStart(seen, report).answer).toMatchObject({ kind, reason });
    },
  );
});
