/** The record of a cluster as it stands in a Lease: written by us, but parsed as anything from outside is. */
import { isReason } from './reasons.ts';
import {
  type ClusterRecord,
  type Data,
  EMPTY_RECORD,
  type Generation,
  type MemberRecord,
  type MemberState,
  type Report,
  type Rows,
  type Said,
  type StartedAs,
  type StateUuid,
} from './types.ts';
import { parseStateUuid } from './uuid.ts';

/** Where the record stands in the Lease's annotations. */
export const RECORD_ANNOTATION = 'galera-injector.dev/record';

/**
 * Version of the record. A replica writes the whole record back, and would drop what a later version has added: it leaves
 * a record of a higher version alone. Raise it with any change that an older replica must not undo.
 */
export const RECORD_VERSION = 2;

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
    honoured: list(record['honoured']).map(String),
    generation: integerOr(record['generation'], 0),
    generations: list(record['generations']).map(parseGeneration),
    confirmed: integerOr(record['confirmed'], 0),
    vanished: list(record['vanished']).map(parseVanished),
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
  const number = version === undefined ? 1 : version;
  if (!Number.isSafeInteger(number)) throw unreadable('version', version);
  if (number === RECORD_VERSION) return;
  if ((number as number) < RECORD_VERSION) {
    throw new UnreadableRecordError(
      `the record has version ${JSON.stringify(number)}, from before the first release: while all members serve, delete the Lease; it is whole again within a minute`,
    );
  }
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

function parseGeneration(value: unknown): Generation {
  const { number, from, size, at, isFork } = fields(value, 'generation');
  return {
    number: integerOr(number, 0),
    from: integerOr(from, -1),
    size: integerOr(size, 0),
    at: integerOr(at, 0),
    isFork: isFork === true,
  };
}

function parseMember(value: unknown): MemberRecord {
  const member = fields(value, 'member');
  const view = member['spentView'];
  return {
    pod: text(member['pod'], 'member.pod'),
    podUid: text(member['podUid'], 'member.podUid'),
    durable: member['durable'] === true,
    machine: textOrNull(member['machine']),
    state: parseState(fields(member['state'], 'member.state')),
    rows: isNothing(member['rows']) ? null : parseRows(fields(member['rows'], 'member.rows')),
    spentView: isNothing(view) ? null : parseSpentView(fields(view, 'member.spentView')),
    staleReadiness: integerOr(member['staleReadiness'], null),
    asked: integerOr(member['asked'], 0),
    said: isNothing(member['said']) ? null : parseSaid(fields(member['said'], 'member.said')),
  };
}

function parseState(state: Record<string, unknown>): MemberState {
  const { kind } = state;
  const component = integerOr(state['component'], null);
  switch (kind) {
    case 'unheard':
    case 'parted':
      return { kind };
    case 'waiting':
      return { kind, report: parseReport(state['report']) };
    case 'primary':
      return { kind, component };
    case 'started':
      return { kind, as: startedAs(state['as']), component, view: textOrNull(state['view']) };
    default:
      throw unreadable('member.state.kind', kind);
  }
}

function startedAs(value: unknown): StartedAs {
  if (value === 'join' || value === 'reform' || value === 'bootstrap') return value;
  throw unreadable('member.state.as', value);
}

function parseRows({ since, until, stamp, told }: Record<string, unknown>): Rows {
  if (!Number.isSafeInteger(since)) throw unreadable('member.rows.since', since);
  if (!Number.isSafeInteger(until)) throw unreadable('member.rows.until', until);
  // Replicas of before there were stamps write neither.
  return {
    since: since as number,
    until: until as number,
    stamp: integerOr(stamp, -1),
    told: told === true,
  };
}

function parseSpentView(view: Record<string, unknown>): MemberRecord['spentView'] {
  return { id: text(view['id'], 'member.spentView.id'), start: textOrNull(view['start']) };
}

/** What a later version says for another reason is not repeated; the member asks again soon. */
function parseSaid({ kind, reason, why }: Record<string, unknown>): Said | null {
  if (!isReason(reason) || typeof kind !== 'string' || !KINDS.has(kind)) return null;
  return { kind: kind as Said['kind'], reason, why: text(why, 'member.said.why') };
}

const KINDS = new Set<string>([
  'join',
  'reform',
  'bootstrap',
  'wait',
  'recover',
  'refuse',
  'ready',
  'restart',
]);

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

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
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
