/** Two versions side by side: agents run as long as their pods, and replicas of an upgrade answer beside each other. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseReady, parseStalled, parseStart, parseTurn } from '../../src/coordination/protocol.ts';
import { formatRecord, parseRecord, RECORD_VERSION } from '../../src/coordination/record.ts';
import { callerOf, coordinatorOver, memoryStore, pod } from './cluster.ts';

const UUID = 'aaaaaaaa-0000-4000-8000-000000000001';
const FIRST_TURN = 'cluster=db\nask=1\ndata=empty\n';
const FIRST_START = `cluster=db\nask=2\ndata=present\nuuid=${UUID}\nseqno=7\nsafe=1\n`;
const FIRST_STALLED = 'cluster=db\nask=2\n';
const FIRST_READY = `cluster=db\nask=2\nuuid=${UUID}\nsize=1\n`;

describe('what the first agents send', () => {
  it('is understood without the keys that came later', () => {
    expect(parseTurn(FIRST_TURN)).toEqual({ cluster: 'db', ask: 1, data: 'empty' });
    expect(parseStart(FIRST_START)).toMatchObject({ start: null, stamp: null, report: { view: null } });
    expect(parseReady(FIRST_READY)).toMatchObject({ component: [], seqno: null, stamp: null });
  });

  it('is answered in words that they look for, whatever else stands behind them', async () => {
    const pods = [pod('shop', 'db', 0)];
    const coordinator = coordinatorOver(memoryStore(), pods, []);
    const say = (call: 'turn' | 'start' | 'ready', body: string) =>
      coordinator(call, callerOf(pods[0] ?? {}), body);
    expect(await say('turn', FIRST_TURN)).toBe('start');
    expect((await say('start', FIRST_START)).split(' ').slice(0, 2)).toEqual(['bootstrap', '-']);
    expect((await say('ready', FIRST_READY)).split(' ')[0]).toBe('ok');
  });
});

describe('what later agents send', () => {
  it.each([
    ['turn', () => parseTurn(`${FIRST_TURN}colour=blue\n`)],
    ['start', () => parseStart(`${FIRST_START}stamp=none\ncolour=blue\n`)],
    ['stalled', () => parseStalled(`${FIRST_STALLED}colour=blue\n`)],
    ['ready', () => parseReady(`${FIRST_READY}stamp=${UUID}/1,9:2\ncolour=blue\n`)],
  ])('is understood with keys that this version does not know: %s', (_call, parse) => {
    expect(parse().cluster).toBe('db');
  });
});

describe('a record', () => {
  const RECORDS = [2];

  it.each(RECORDS)('of version %i is read whole', async (version) => {
    const path = join(import.meta.dirname, '..', 'fixtures', 'records', `version-${version}.json`);
    const written: unknown = JSON.parse(await readFile(path, 'utf8'));
    const again: unknown = JSON.parse(formatRecord(parseRecord(JSON.stringify(written))));
    expect(again).toEqual({ ...(written as object), version: RECORD_VERSION });
  });

  it('of a replica that knew no stamps is read, and says that nothing stands beside any data', () => {
    const member = { pod: 'db-0', podUid: 'uid', state: { kind: 'unheard' }, rows: { since: 3, until: 4 } };
    const { members } = parseRecord(
      JSON.stringify({ version: 2, holder: null, members: { 'db-0': member } }),
    );
    expect(members['db-0']?.rows).toEqual({ since: 3, until: 4, stamp: -1, told: false });
  });

  it('has an example of each version since the first one that lasts', () => {
    expect(RECORDS).toEqual(Array.from({ length: RECORD_VERSION - 1 }, (_, i) => i + 2));
  });
});
