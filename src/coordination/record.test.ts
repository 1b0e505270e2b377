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
      adoptedAt: 12,
      confirmed: 40,
      vanished: [{ member: 'db-3', podUid: 'uid-3', machine: 'machine-2', heard: '7' }],
      members: {
        'db-0': known(0, null, {
          told: 'bootstrap',
          served: true,
          behind: 'db-1',
          reforming: 'view-1',
          reformTried: true,
          readyLeftOver: 7,
        }),
        'db-1': known(1, withView(1, holding(A, 4, true)), {
          asked: 3,
          said: 'wait: db-0',
          apart: { upTo: 12, letIn: true },
        }),
      },
    });
    expect(parseRecord(formatRecord(full))).toEqual(full);
  });

  it('written before there were later fields is read', () => {
    const { component: _component, machine: _machine, ...before } = known(0, withView(0, holding(A, 4)));
    const view = { id: 'view-1', self: 'm0', members: ['m0', 'm1', 'm2'] };
    const old = { ...before, report: { ...holding(A, 4), view } };
    const { confirmed: _confirmed, vanished: _vanished, ...whole } = record({ uuid: A });
    expect(parseRecord(JSON.stringify({ ...whole, members: { 'db-0': old } }))).toEqual({
      ...record({ uuid: A }),
      members: { 'db-0': known(0, withView(0, holding(A, 4))) },
    });
  });

  it('of a later version is left alone: a replica of this one would drop what it does not know', () => {
    const later = JSON.stringify({ ...record({ uuid: A }), version: RECORD_VERSION + 1 });
    expect(() => parseRecord(later)).toThrow(/version 2, and this replica reads up to 1/);
  });

  it('of 99 members that each remember a view of 99 fits into the annotations of an object', () => {
    const names = Array.from({ length: 99 }, (_, index) => `${'c'.repeat(56)}-${index}`);
    const uuid = (index: number) => `aaaaaaaa-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const entries = names.map((name, index) => {
      const view = { id: `${uuid(index)}:${1_000_000 + index}`, self: uuid(index), size: 99 };
      const component = { number: 1_000_000, size: 99, from: 1_000_000_000_000, since: 1_700_000_000_000 };
      const said = `wait: ${'w'.repeat(1_000)}`;
      return [name, known(index, { ...holding(A, 1_000_000_000_000), view }, { component, said })] as const;
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
    '{"version":1,"uuid":"x","members":{}}',
    '{"version":1,"uuid":null,"holder":null}',
    '{"uuid":null}',
  ])('is not guessed from %s', (text) => {
    expect(() => parseRecord(text)).toThrow(UnreadableRecordError);
  });
});
