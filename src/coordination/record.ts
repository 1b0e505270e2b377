/** The record of a cluster as it stands in a Lease: written by us, but parsed as anything from outside is. */
import {
  type ClusterRecord,
  type Data,
  EMPTY_RECORD,
  type MemberRecord,
  type Report,
  type StateUuid,
  type Told,
} from './types.ts';
import { parseStateUuid } from './uuid.ts';

/** Where the record stands in the Lease's annotations. */
export const RECORD_ANNOTATION = 'galera-injector.dev/record';

/**
 * Version of the record. A replica writes the whole record back, and would drop what a later version has added: it leaves
 * a record of a higher version alone. Raise it with any change that an older replica must not undo.
 */
export const RECORD_VERSION = 1;

/** A Lease whose record cannot be read; nobody may bootstrap on a guess. */
export class UnreadableRecordError extends Error {
  override name = 'UnreadableRecordError';
}

/** The record as text. */
export function formatRecord(record: ClusterRecord): string {
  return JSON.stringify({ version: RECORD_VERSION, ...record });
}

/**
 * The record that the text holds; no text is an empty record.
 * @throws UnreadableRecordError when the text is not a record
 */
export function parseRecord(annotation: string | undefined): ClusterRecord {
  if (annotation === undefined) return EMPTY_RECORD;
  let value: unknown;
  try {
    value = JSON.parse(annotation);
  } catch (cause) {
    throw new UnreadableRecordError(
      `annotation ${RECORD_ANNOTATION} is not JSON; delete the Lease to start over`,
      {
        cause,
      },
    );
  }
  const record = fields(value, 'record');
  checkVersion(record['version']);
  return {
    uuid: optionalUuid(record['uuid'], 'uuid'),
    formed: record['formed'] === true,
    holder: record['holder'] === null ? null : parseHolder(record['holder']),
    honoured: Array.isArray(record['honoured']) ? record['honoured'].map(String) : [],
    adoptedAt: integerOr(record['adoptedAt'], null),
    confirmed: integerOr(record['confirmed'], 0),
    vanished: Array.isArray(record['vanished']) ? record['vanished'].map(parseVanished) : [],
    members: Object.fromEntries(
      Object.entries(fields(record['members'], 'members')).map(([name, member]) => [
        name,
        parseMember(member),
      ]),
    ),
  };
}

function checkVersion(version: unknown): void {
  // Records had none before there was a second one to tell them from.
  const number = version === undefined ? RECORD_VERSION : version;
  if (!Number.isSafeInteger(number)) throw unreadable('version', version);
  if ((number as number) <= RECORD_VERSION) return;
  throw new UnreadableRecordError(
    `the record has version ${String(version)}, and this replica reads up to ${RECORD_VERSION}: ` +
      'it is left as it is; let the upgrade of galera-injector come to its end',
  );
}

function parseVanished(value: unknown): ClusterRecord['vanished'][number] {
  const vanished = fields(value, 'vanished');
  return {
    member: text(vanished['member'], 'vanished.member'),
    podUid: text(vanished['podUid'], 'vanished.podUid'),
    machine: text(vanished['machine'], 'vanished.machine'),
    heard: typeof vanished['heard'] === 'string' ? vanished['heard'] : null,
  };
}

function parseHolder(value: unknown): ClusterRecord['holder'] {
  const holder = fields(value, 'holder');
  return {
    member: text(holder['member'], 'holder.member'),
    pod: text(holder['pod'], 'holder.pod'),
    podUid: text(holder['podUid'], 'holder.podUid'),
  };
}

function parseMember(value: unknown): MemberRecord {
  const member = fields(value, 'member');
  return {
    pod: text(member['pod'], 'member.pod'),
    podUid: text(member['podUid'], 'member.podUid'),
    durable: member['durable'] === true,
    machine: typeof member['machine'] === 'string' ? member['machine'] : null,
    report: member['report'] === null ? null : parseReport(member['report']),
    told: parseTold(member['told']),
    served: member['served'] === true,
    holdsData: member['holdsData'] === true,
    joined: member['joined'] === true,
    component: parseComponent(member['component']),
    behind: typeof member['behind'] === 'string' ? member['behind'] : null,
    apart: member['apart'] === null || member['apart'] === undefined ? null : parseApart(member['apart']),
    reforming: typeof member['reforming'] === 'string' ? member['reforming'] : null,
    reformTried: member['reformTried'] === true,
    reformStart: typeof member['reformStart'] === 'string' ? member['reformStart'] : null,
    readyLeftOver: integerOr(member['readyLeftOver'], null),
    asked: integerOr(member['asked'], 0),
    said: text(member['said'], 'member.said'),
  };
}

function parseApart(value: unknown): MemberRecord['apart'] {
  const apart = fields(value, 'member.apart');
  // Without a number nothing is known to be shared.
  return { upTo: integerOr(apart['upTo'], -1), letIn: apart['letIn'] === true };
}

function parseComponent(value: unknown): MemberRecord['component'] {
  if (value === null || value === undefined) return null;
  const { number, size, from, since } = fields(value, 'member.component');
  return {
    number: integerOr(number, 0),
    size: integerOr(size, 0),
    from: integerOr(from, -1),
    since: integerOr(since, 0),
  };
}

function parseTold(value: unknown): Told {
  if (value === null || value === 'join' || value === 'reform' || value === 'bootstrap') return value;
  throw unreadable('member.told', value);
}

function parseReport(value: unknown): Report {
  const report = fields(value, 'report');
  const view = report['view'] === null ? null : fields(report['view'], 'view');
  return {
    data: parseData(fields(report['data'], 'data')),
    view:
      view === null
        ? null
        : {
            id: text(view['id'], 'view.id'),
            self: text(view['self'], 'view.self'),
            size: integerOr(view['size'], Array.isArray(view['members']) ? view['members'].length : 0),
          },
    identity: report['identity'] === 'reported' ? 'reported' : 'chosen',
  };
}

function parseData(data: Record<string, unknown>): Data {
  const kind = data['kind'];
  if (kind === 'empty' || kind === 'unusable' || kind === 'unmarked') return { kind };
  if (kind !== 'present') throw unreadable('data.kind', kind);
  const uuid = optionalUuid(data['uuid'], 'data.uuid');
  const seqno = data['seqno'];
  if (uuid === null || !Number.isSafeInteger(seqno)) throw unreadable('data', data);
  return {
    kind,
    uuid,
    seqno: seqno as number,
    safe: data['safe'] === true,
    doubtful: data['doubtful'] === true,
  };
}

function integerOr<T>(value: unknown, otherwise: T): number | T {
  return Number.isSafeInteger(value) ? (value as number) : otherwise;
}

function optionalUuid(value: unknown, field: string): StateUuid | null {
  if (value === null || value === undefined) return null;
  const uuid = typeof value === 'string' ? parseStateUuid(value) : null;
  if (uuid === null) throw unreadable(field, value);
  return uuid;
}

function fields(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(field, value);
  return value as Record<string, unknown>;
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string') throw unreadable(field, value);
  return value;
}

function unreadable(field: string, value: unknown): UnreadableRecordError {
  const shown = (value === undefined ? 'missing' : JSON.stringify(value)).slice(0, 60);
  return new UnreadableRecordError(`the record's ${field} is ${shown}; delete the Lease to start over`);
}
