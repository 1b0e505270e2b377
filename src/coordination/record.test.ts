import { describe, expect, it } from 'vitest';
import { A, holding, known, record, withView } from '../../test/coordination/situations.ts';
import { formatRecord, parseRecord, RECORD_VERSION, UnreadableRecordError } from './record.ts';
import { EMPTY_RECORD } from './types.ts';

/** Bytes that the API lets all annotations of an object have (apimachinery: TotalAnnotationSizeLimitB). */
const ANNOTATIONS_MAXIMUM = 256 * 1024;

describe('a record', () => {
  it('comes back from its text as it was', () => {
    const full = record({
      uuid: A,
      formed: true,
      holder: { member: 'db-0', pod: 'db-0', podUid: 'uid-0' },
      honoured: ['uid-9 now'],
      generation: 7,
      generations: [{ number: 7, from: 12, size: 3, at: 9, isFork: true }],
      confirmed: 40,
      vanished: [{ member: 'db-3', podUid: 'uid-3', machine: 'machine-2', heard: '7' }],
      members: {
        'db-0': known(0, null, { state: { kind: 'primary', component: 7 }, staleReadiness: 7 }),
        'db-1': known(1, withView(1, holding(A, 4, true)), {
          asked: 3,
          said: { kind: 'wait', reason: 'NewestFirst', why: 'db-0' },
          spentView: { id: 'view-1', start: '9-9' },
        }),
        'db-2': known(2, null, {
          state: { kind: 'started', as: 'reform', component: null, view: 'view-1' },
          rows: { since: 2, until: 7, stamp: 1, told: false },
        }),
        'db-3': known(3, null, { state: { kind: 'parted' } }),
      },
    });
    expect(parseRecord(formatRecord(full))).toEqual(full);
  });

  it('without what it need not say is read', () => {
    const {
      machine: _machine,
      said: _said,
      spentView: _view,
      ...before
    } = known(0, withView(0, holding(A, 4)));
    const { confirmed: _confirmed, vanished: _vanished, ...whole } = record({ uuid: A });
    expect(
      parseRecord(JSON.stringify({ version: RECORD_VERSION, ...whole, members: { 'db-0': before } })),
    ).toEqual({
      ...record({ uuid: A }),
      members: { 'db-0': known(0, withView(0, holding(A, 4))) },
    });
  });

  it.each([
    ['state', { kind: 'sleeping' }],
    ['state', { kind: 'started', as: 'guess' }],
    ['rows', { since: 'x', until: 1 }],
  ])('with a %s that nobody knows is not guessed about (%j)', (field, value) => {
    const member = { ...known(0, null), [field]: value };
    expect(() =>
      parseRecord(JSON.stringify({ version: RECORD_VERSION, ...record(), members: { 'db-0': member } })),
    ).toThrow(UnreadableRecordError);
  });

  it('of a later version is left alone: a replica of this one would drop what it does not know', () => {
    const later = JSON.stringify({ ...record({ uuid: A }), version: RECORD_VERSION + 1 });
    expect(() => parseRecord(later)).toThrow(/version 3, and this replica reads up to 2/);
  });

  it('of an earlier version is not guessed about, and says how to get a new one', () => {
    const earlier = JSON.stringify({ ...record({ uuid: A }), version: 1 });
    expect(() => parseRecord(earlier)).toThrow(/version 1.*while all members serve, delete the Lease/);
  });

  it('of 99 members that each remember a view of 99 fits into the annotations of an object', () => {
    const names = Array.from({ length: 99 }, (_, index) => `${'c'.repeat(56)}-${index}`);
    const uuid = (index: number) => `aaaaaaaa-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const entries = names.map((name, index) => {
      const view = { id: `${uuid(index)}:${1_000_000 + index}`, self: uuid(index), size: 99 };
      const rows = { since: 1_000_000_000, until: 1_000_000_000, stamp: 1_000_000_000, told: false };
      const said = { kind: 'wait', reason: 'DivergedMayLead', why: 'w'.repeat(1_000) } as const;
      return [name, known(index, { ...holding(A, 1_000_000_000_000), view }, { rows, said })] as const;
    });
    const full = record({ uuid: A, members: Object.fromEntries(entries) });
    expect(formatRecord(full).length).toBeLessThan(ANNOTATIONS_MAXIMUM);
  });

  it('that was never written is empty', () => {
    expect(parseRecord(undefined)).toEqual(EMPTY_RECORD);
  });

  it.each([
    '{',
    '[]',
    '{"version":2,"uuid":"x","members":{}}',
    '{"version":2,"uuid":null,"holder":null}',
    '{"uuid":null}',
  ])('is not guessed from %s', (text) => {
    expect(() => parseRecord(text)).toThrow(UnreadableRecordError);
  });
});
