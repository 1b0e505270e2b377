/** Each heading of docs/troubleshooting.md that is a message has to be one that is printed, word for word. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decideStart } from '../../src/coordination/decide/index.ts';
import { PREFIX } from '../../src/injection/names.ts';
import { TABLE } from '../coordination/decision-table.ts';
import { ROOT } from './markdown.ts';

/** What others print. A message of another program joins with a line here, which says whose it is. */
const PRINTED_BY_OTHERS: Readonly<Record<string, string>> = {
  'failed calling webhook "inject.galera-injector.dev": …': 'kube-apiserver',
  'admission webhook "inject.galera-injector.dev" denied the request: …': 'kube-apiserver',
  'exceeded quota: …': 'kube-apiserver',
  'failed quota: …: must specify …': 'kube-apiserver',
  'maximum … usage per Container is …': 'kube-apiserver',
  'violates PodSecurity "restricted:latest": …': 'kube-apiserver',
  'unable to validate against any security context constraint: …': 'OpenShift',
  'Init:ImagePullBackOff': 'kubectl',
  'pod has unbound immediate PersistentVolumeClaims': 'kube-scheduler',
  'MountVolume.SetUp failed for volume "galera-tls-secret" : secret "…" not found': 'kubelet',
  "couldn't find key root-password in Secret …": 'kubelet',
  CrashLoopBackOff: 'kubectl',
  "Access denied for user 'mysql'@'localhost'": 'mariadbd',
  'WSREP: SST failed': 'mariadbd',
  'Will never receive state. Need to abort.': 'Galera',
  'Joining: receiving State Transfer': 'Galera',
  'async IST sender failed to serve …': 'Galera',
  'tlsv1 alert unknown ca': 'OpenSSL',
  'failed to open gcomm backend connection: 110: failed to reach primary view': 'Galera',
  'It may not be safe to bootstrap the cluster from this node.': 'Galera',
  "ERROR 1045 (28000): Access denied for user 'root'@'…' (using password: YES)": 'mariadbd',
  'ERROR 1047 (08S01): WSREP has not yet prepared node for application use': 'mariadbd',
  "ERROR 2002 (HY000): Can't connect to server on 'db-mysql'": 'mariadb',
  'ERROR 2026 (HY000): TLS/SSL error: …': 'mariadb',
  'ERROR 1213 (40001): Deadlock found when trying to get lock; try restarting transaction': 'mariadbd',
};

/** Where our messages are written. */
const SOURCES = ['src', 'agent', 'charts/galera-injector/templates'];

/**
 * The source with `…` for whatever is put in when it is printed, so that it reads as the page does: template literals,
 * shell variables, and literals that go on in the next line.
 */
function printable(source: string): string {
  return source
    .replaceAll('${PREFIX}', PREFIX)
    .replaceAll(/['"`]\s*\+\s*['"`]/g, '')
    .replaceAll(/\\(['"`])/g, '$1')
    .replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')
    .replaceAll(/\$\w+/g, '…')
    .replaceAll(/…+/g, '…')
    .replaceAll(/\s+/g, ' ');
}

const sources = SOURCES.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => printable(readFileSync(join(entry.parentPath, entry.name), 'utf8'))),
);

/** What the coordinator answers in its decision table: these sentences are put together from small parts. */
const answers = TABLE.map(({ seen, report }) => decideStart(seen, report).answer.why);

/** The texts between what varies. A colon ends one too: after it often comes a sentence of another file. */
function pieces(message: string): readonly string[] {
  return message
    .split(/…|(?<=:) /)
    .map((piece) => piece.replaceAll(/^\W+|\W+$/g, ''))
    .filter((piece) => piece !== '');
}

/** A text, and the same with what is put in when it is printed: a number, or one word of at least four. */
function forms(piece: string): readonly string[] {
  const words = piece.split(' ');
  const wordPutIn = words.length < 4 ? [] : words.map((_, at) => words.with(at, '…').join(' '));
  return [piece, piece.replaceAll(/\d+/g, '…'), ...wordPutIn];
}

function isPrinted(piece: string): boolean {
  return [...sources, ...answers].some((text) => forms(piece).some((form) => text.includes(form)));
}

const page = readFileSync(join(ROOT, 'docs', 'troubleshooting.md'), 'utf8');
const messages = [...page.matchAll(/^### (.+)$/gm)].flatMap(([, heading = '']) =>
  [...heading.matchAll(/`([^`]+)`/g)].map(([, message = '']) => message),
);
const [ours, others] = [false, true].map((isOfOthers) =>
  messages.filter((message) => Object.hasOwn(PRINTED_BY_OTHERS, message) === isOfOthers),
) as [string[], string[]];

describe('the headings of the page of troubleshooting', () => {
  it.each(ours)('are printed by us: %s', (message) => {
    expect(pieces(message)).not.toEqual([]);
    expect(pieces(message).filter((piece) => !isPrinted(piece))).toEqual([]);
  });

  it('are printed by others where they are listed so', () => {
    expect(others.toSorted()).toEqual(Object.keys(PRINTED_BY_OTHERS).toSorted());
  });

  it('are messages, each once', () => {
    expect([...page.matchAll(/^### (?!`)/gm)]).toEqual([]);
    expect(messages.toSorted()).toEqual([...new Set(messages)].toSorted());
  });
});

describe('the reader of messages', () => {
  it('finds no message that is not printed', () => {
    expect(isPrinted('the coordinator is out of sorts today')).toBe(false);
    expect(isPrinted('not servings')).toBe(false);
  });

  it.each([
    ["`no ${list(one)}${more} b` +\n  'c'", "`no … bc'"],
    ['"up to $limit s: ${why:-unknown}"', '"up to … s: …"'],
  ])('reads %s', (source, text) => {
    expect(printable(source)).toBe(text);
  });
});
