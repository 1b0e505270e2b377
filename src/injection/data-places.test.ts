import { describe, expect, test } from 'vitest';
import { after, decide } from '../../test/injection/pods.ts';
import {
  APART,
  CLAIM,
  type Extra,
  GALERA,
  HOST,
  HOST_NAME,
  NFS,
  ONE,
  OWN_CLAIM,
  OWN_CLAIM_OF_OTHER,
  REQUIRED,
  SET_OF_ONE,
  TYPED,
  anti,
  beside,
  on,
  onNode,
  portOfNode,
} from '../../test/injection/volumes.ts';
import { type Context, dataInUse, type JsonObject, othersWithData } from './index.ts';

describe('a volume that another pod has', () => {
  const inUse = (
    context: Context,
    other: JsonObject,
    name = 'db-9',
    namespace = context.namespace,
  ): Context => {
    const injected = after(other as never, context);
    const metadata = { ...injected.metadata, name, namespace };
    return { ...context, dataInUse: [dataInUse({ ...injected, metadata })] };
  };
  const one = (source: object, extra?: Extra) => on(source, extra) as unknown as JsonObject;

  test.each<[what: string, mine: JsonObject, other: JsonObject, refused: boolean]>([
    ['the same claim', one(CLAIM), one(CLAIM), true],
    ['the same share', one(NFS), one({ nfs: { path: '/mysql', server: 'nas' } }), true],
    ['the same directory of the node', one(HOST), one(HOST), true],
    [
      'the same path of one claim',
      one(CLAIM, { mount: { subPath: 'a' } }),
      one(CLAIM, { mount: { subPath: 'a/' } }),
      true,
    ],
    [
      'the same redo log',
      beside(CLAIM, '/srv', ['--innodb-log-group-home-dir=/srv']) as unknown as JsonObject,
      beside(CLAIM, '/redo', ['--innodb-log-group-home-dir=/redo']) as unknown as JsonObject,
      true,
    ],
    [
      'the data of one as the redo log of another',
      beside(CLAIM, '/srv', ['--innodb-log-group-home-dir=/srv']) as unknown as JsonObject,
      one(CLAIM),
      true,
    ],
    [
      'a volume that the other keeps no data in',
      one(CLAIM),
      beside(CLAIM, '/srv', []) as unknown as JsonObject,
      false,
    ],
    ['another claim', one(CLAIM), one({ persistentVolumeClaim: { claimName: 'other' } }), false],
    [
      'another path of one claim',
      one(CLAIM, { mount: { subPath: 'a' } }),
      one(CLAIM, { mount: { subPath: 'b' } }),
      false,
    ],
    ['the same claim, named after the other', one(OWN_CLAIM_OF_OTHER), one(OWN_CLAIM_OF_OTHER), true],
    ['the same directory of the node, of a type', one(HOST), one(TYPED), true],
    [
      'the same directory of the node, spelled otherwise',
      one(HOST),
      one({ hostPath: { path: '//mysql/./' } }),
      true,
    ],
    [
      'the same directory of the node, by a subPath',
      one({ hostPath: { path: '/' } }, { mount: { subPath: 'mysql' } }),
      one(HOST),
      true,
    ],
    [
      'the same directory of a claim, by a subPath and by a mount above',
      one(CLAIM, { mount: { subPath: 'mysql' } }),
      one(CLAIM, { mount: { mountPath: '/var/lib' } }),
      true,
    ],
    [
      'the same path of one claim, spelled otherwise',
      one(CLAIM, { mount: { subPath: './a' } }),
      one(CLAIM, { mount: { subPath: 'a' } }),
      true,
    ],
    ['a directory within the data of another', one(CLAIM, { mount: { subPath: 'a' } }), one(CLAIM), true],
    ['a directory with another in it', one(CLAIM), one(CLAIM, { mount: { subPath: 'a/b' } }), true],
    [
      'a directory whose name begins like another',
      one(CLAIM, { mount: { subPath: 'a' } }),
      one(CLAIM, { mount: { subPath: 'ab' } }),
      false,
    ],
    ['the same share, read and written', one(NFS), one({ nfs: { ...NFS.nfs, readOnly: false } }), true],
    ['a share within another', one(NFS), one({ nfs: { server: 'nas', path: '/mysql/db' } }), true],
    ['another server', one(NFS), one({ nfs: { server: 'other', path: '/mysql' } }), false],
    [
      'the same inline volume, in another order',
      one({ csi: { driver: 'smb', volumeAttributes: { a: '1', b: '2' } } }),
      one({ csi: { volumeAttributes: { b: '2', a: '1' }, driver: 'smb', readOnly: false } }),
      true,
    ],
    [
      'a node’s directory, kept apart from others',
      one(HOST, anti(REQUIRED, HOST_NAME, APART)),
      one(HOST),
      true,
    ],
    ['a node’s directory, kept apart from it', one(HOST, anti(REQUIRED, HOST_NAME)), one(HOST), false],
    [
      'a node’s directory, kept apart by revision',
      one(HOST, anti(REQUIRED, HOST_NAME, GALERA, ['hash'])),
      one(HOST),
      true,
    ],
    ['a node’s directory, with ports of the node', one(HOST, portOfNode), one(HOST), true],
    [
      'a node’s directory, on another node',
      one(HOST, onNode('a')),
      one(HOST, { spec: { nodeName: 'b' } }),
      false,
    ],
    [
      'a node’s directory, on the same node',
      one(HOST, onNode('a')),
      one(HOST, { spec: { nodeName: 'a' } }),
      true,
    ],
    ['a node’s directory, on a node that is not known', one(HOST, onNode('a')), one(HOST), true],
  ])('%s: refused %#', (_what, mine, other, refused) => {
    expect(othersWithData(mine)).not.toBe('none');
    expect(decide(mine, inUse(ONE, other)).kind).toBe(refused ? 'deny' : 'inject');
    expect(decide(mine, inUse({ ...ONE, workload: null }, other)).kind).toBe(refused ? 'deny' : 'inject');
  });

  test.each([
    ['of one DaemonSet', 'one', 'one', 'inject'],
    ['of another DaemonSet', 'one', 'other', 'deny'],
  ])('on each node is one for a pod %s', (_what, mine, theirs, kind) => {
    const ofDaemonSet = (uid: string): JsonObject => {
      const subject = on(HOST) as unknown as JsonObject;
      const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'db', uid, controller: true };
      return { ...subject, metadata: { ...(subject['metadata'] as object), ownerReferences: [owner] } };
    };
    expect(decide(ofDaemonSet(mine), inUse({ ...ONE, workload: null }, ofDaemonSet(theirs))).kind).toBe(kind);
  });

  test.each<[what: string, source: object, extra: Extra, answer: string]>([
    ['a share', NFS, {}, 'in use by pod other/db-0'],
    ['a directory of the node', HOST, {}, 'in use by pod other/db-0'],
    ['a directory of the node, kept apart in its own', HOST, anti(REQUIRED, HOST_NAME), 'in use by pod'],
    ['a directory of another node', HOST, { spec: { nodeName: 'a' } }, 'inject'],
    ['a claim', CLAIM, {}, 'inject'],
  ])('may be that of a pod of another namespace: %s', (_what, source, extra, answer) => {
    const theirs = one(source, { spec: { nodeName: 'b' } });
    expect(JSON.stringify(decide(on(source, extra), inUse(ONE, theirs, 'db-0', 'other')))).toContain(answer);
  });

  test('is named, with what to change in a Deployment', () => {
    expect(decide(on(CLAIM), inUse(ONE, one(CLAIM)))).toHaveProperty(
      'message',
      'Volume "data" (claim "all") at /var/lib/mysql is in use by pod db-9, and two servers ruin one directory; ' +
        'give each pod its own, and the Deployment strategy.type: Recreate',
    );
  });

  test('does not count where it is the pod itself', () => {
    expect(decide(on(CLAIM), inUse(SET_OF_ONE, one(CLAIM), 'db-0')).kind).toBe('inject');
  });

  test('is not asked for where each volume is the pod’s own', () => {
    expect(othersWithData(one(OWN_CLAIM))).toBe('none');
    expect(othersWithData({})).toBe('none');
  });
});
