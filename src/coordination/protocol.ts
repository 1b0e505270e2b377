/** What agents send and what they are told: lines of `key=value` in, one line out. */
import { parseStamp, type Stamp } from './stamp.ts';
import type { Data, Report, StateUuid, View } from './types.ts';
import { parseStateUuid } from './uuid.ts';
import { ZERO_UUID } from './types.ts';

/** A body that cannot be understood; the message names field, value and what is allowed. */
export class BadCallError extends Error {
  override name = 'BadCallError';
}

/** The body of a `turn` call. */
export interface TurnCall {
  readonly cluster: string;
  /** Number of the question; a pod counts what it asks, over restarts of its containers. */
  readonly ask: number;
  readonly data: 'empty' | 'present';
}

/** The body of a `start` call. */
export interface StartCall {
  readonly cluster: string;
  /** Number of the question; a pod counts what it asks, over restarts of its containers. */
  readonly ask: number;
  /** Which start of the container asks; null where the agent does not say. */
  readonly start: string | null;
  /** What stands beside the data; null where there is none, or the agent does not say. */
  readonly stamp: Stamp | null;
  readonly report: Report;
}

/** The body of a `ready` call. */
export interface ReadyCall {
  readonly cluster: string;
  /** Number of the question; a pod counts what it asks, over restarts of its containers. */
  readonly ask: number;
  readonly uuid: StateUuid;
  readonly size: number;
  /** Addresses of the members of the primary component, without ports; empty where the server does not say. */
  readonly component: readonly string[];
  /** What the node had committed some seconds ago; null where it does not say. */
  readonly seqno: number | null;
  /** What stands beside the data; null where the agent does not say. */
  readonly stamp: Stamp | null;
}

/** The body of a `stalled` call. */
export type StalledCall = Pick<ReadyCall, 'cluster' | 'ask'>;

/** The body of a `certificate` call. */
export interface CertificateCall {
  readonly cluster: string;
  /** What the member was given last (src/authority/issue.ts); empty where it has nothing. */
  readonly tag: string;
}

type Fields = ReadonlyMap<string, string>;

const CLUSTER = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const MEMBER_UUID = /^[0-9a-f]{8}-[0-9a-f]{4,}/;

/** @throws BadCallError */
export function parseTurn(body: string): TurnCall {
  const fields = parseFields(body);
  const data = required(fields, 'data');
  if (data !== 'empty' && data !== 'present') throw bad('data', data, 'empty or present');
  return { cluster: cluster(fields), ask: ask(fields), data };
}

/** @throws BadCallError */
export function parseStart(body: string): StartCall {
  const fields = parseFields(body);
  const identity = fields.get('identity') ?? 'reported';
  if (identity !== 'chosen' && identity !== 'reported') throw bad('identity', identity, 'chosen or reported');
  const data = parseData(fields);
  return {
    cluster: cluster(fields),
    ask: ask(fields),
    start: start(fields),
    stamp: data.kind === 'present' ? parseStamp(fields.get('stamp'), data.uuid) : null,
    report: { data, view: parseView(fields), identity },
  };
}

/** @throws BadCallError */
export function parseReady(body: string): ReadyCall {
  const fields = parseFields(body);
  const text = required(fields, 'uuid');
  const uuid = parseStateUuid(text);
  if (uuid === null) throw bad('uuid', text, 'a state uuid other than the zero uuid');
  return {
    cluster: cluster(fields),
    ask: ask(fields),
    uuid,
    size: integer(fields, 'size'),
    component: component(fields),
    seqno: fields.has('seqno') ? integer(fields, 'seqno') : null,
    stamp: parseStamp(fields.get('stamp'), uuid),
  };
}

/** @throws BadCallError */
export function parseStalled(body: string): StalledCall {
  const fields = parseFields(body);
  return { cluster: cluster(fields), ask: ask(fields) };
}

/** @throws BadCallError */
export function parseCertificate(body: string): CertificateCall {
  const fields = parseFields(body);
  return { cluster: cluster(fields), tag: fields.get('tag') ?? '' };
}

/** `wsrep_incoming_addresses`: `host:port` of each member, IPv6 in brackets; a member may be missing in it. */
function component(fields: Fields): readonly string[] {
  const members = (fields.get('members') ?? '').split(',').filter((one) => one !== '');
  const hosts = members.map((one) => /^\[?([0-9a-fA-F.:]+?)\]?(:\d+)?$/.exec(one)?.[1] ?? '');
  const complete = hosts.length === integer(fields, 'size') && hosts.every((host) => host !== '');
  return complete ? hosts : [];
}

function start(fields: Fields): string | null {
  const text = fields.get('start');
  if (text === undefined) return null;
  if (!/^[\w-]{1,40}$/.test(text)) throw bad('start', text, 'up to 40 letters, digits and hyphens');
  return text;
}

function parseData(fields: Fields): Data {
  const kind = required(fields, 'data');
  if (kind === 'empty' || kind === 'unusable') return { kind };
  if (kind !== 'present' && kind !== 'doubtful') {
    throw bad('data', kind, 'empty, unusable, doubtful or present');
  }
  const text = required(fields, 'uuid');
  if (text === ZERO_UUID) return { kind: 'unmarked' };
  const uuid = parseStateUuid(text);
  if (uuid === null) throw bad('uuid', text, 'a state uuid');
  const seqno = integer(fields, 'seqno');
  if (kind === 'doubtful') return { kind: 'present', uuid, seqno, safe: false, doubtful: true };
  const safe = required(fields, 'safe');
  if (safe !== '0' && safe !== '1') throw bad('safe', safe, '0 or 1');
  return { kind, uuid, seqno, safe: safe === '1', doubtful: false };
}

function parseView(fields: Fields): View | null {
  const id = fields.get('view');
  const self = fields.get('my_uuid');
  const members = (fields.get('view_members') ?? '').split(',').filter((one) => one !== '');
  if (id === undefined || id === '' || self === undefined || members.length === 0) return null;
  for (const uuid of [self, ...members]) {
    if (!MEMBER_UUID.test(uuid)) throw bad('view_members', uuid, 'member uuids, separated by commas');
  }
  return { id, self, size: new Set(members).size };
}

function parseFields(body: string): Fields {
  const fields = new Map<string, string>();
  for (const line of body.split('\n')) {
    if (line.trim() === '') continue;
    const at = line.indexOf('=');
    if (at < 1) throw new BadCallError(`the line ${show(line)} is not of the form key=value`);
    fields.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return fields;
}

function cluster(fields: Fields): string {
  const name = required(fields, 'cluster');
  if (!CLUSTER.test(name)) throw bad('cluster', name, 'a DNS label');
  return name;
}

function ask(fields: Fields): number {
  const number = integer(fields, 'ask');
  if (number < 0) throw bad('ask', String(number), 'a count of questions, 0 or more');
  return number;
}

function required(fields: Fields, key: string): string {
  const value = fields.get(key);
  if (value === undefined) throw new BadCallError(`${key} is missing; send a line ${key}=…`);
  return value;
}

function integer(fields: Fields, key: string): number {
  const text = required(fields, key);
  const value = Number(text);
  if (!/^-?\d{1,16}$/.test(text) || !Number.isSafeInteger(value)) throw bad(key, text, 'a whole number');
  return value;
}

function bad(field: string, value: string, allowed: string): BadCallError {
  return new BadCallError(`${field} is ${show(value)}; allowed is ${allowed}`);
}

function show(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
