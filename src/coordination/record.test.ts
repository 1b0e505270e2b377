import { describe, expect, it } from 'vitest';
import { A, holding, known, record, withView } from '../../test/coordination/situations.ts';
import { formatRecord, parseRecord, UnreadableRecordError } from './record.ts';
import { EMPTY_RECORD } from './types.ts';

describe('a record', () => {
  it('comes back from its text as it was', () => {
    const full = record({
      uuid: A,
      formed: true,
      holder: { member: 'db-0', pod: 'db-0', podUid: 'uid-0' },
      honoured: ['uid-9'],
      adoptedAt: 12,
      members: {
        'db-0': known(0, null, {
          told: 'bootstrap',
          served: true,
          behind: 'db-1',
          reforming: 'view-1',
          reformTried: true,
          readyLeftOver: 7,
        }),
        'db-1': known(1, withView(holding(A, 4, true)), {
          asked: 3,
          said: 'wait: db-0',
          apart: { upTo: 12, letIn: true },
        }),
      },
    });
    expect(parseRecord(formatRecord(full))).toEqual(full);
  });

  it('written before there were later fields is read', () => {
    const {
      behind: _behind,
      apart: _apart,
      readyLeftOver: _readyLeftOver,
      ...before
    } = known(0, holding(A, 4));
    const { adoptedAt: _adoptedAt, ...whole } = record({ uuid: A, members: { 'db-0': before as never } });
    expect(parseRecord(JSON.stringify(whole))).toEqual({
      ...record({ uuid: A }),
      members: { 'db-0': known(0, holding(A, 4)) },
    });
  });

  it('that was never written is empty', () => {
    expect(parseRecord(undefined)).toEqual(EMPTY_RECORD);
  });

  it.each(['{', '[]', '{"uuid":"x","members":{}}', '{"uuid":null,"holder":null}'])(
    'is not guessed from %s',
    (text) => {
      expect(() => parseRecord(text)).toThrow(UnreadableRecordError);
    },
  );
});
