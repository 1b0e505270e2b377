/** Each heading of docs/troubleshooting.md that is a message has to be one that is printed, word for word. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './markdown.ts';
import { isPrinted, pieces, printable } from './printed.ts';

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
  ImagePullBackOff: 'kubectl',
  ErrImagePull: 'kubectl',
  'cannot unmarshal bool into Go struct field ObjectMeta… of type string': 'kube-apiserver',
  "unknown variable '…'": 'mariadbd',
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
