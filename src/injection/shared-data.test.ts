import { describe, expect, test } from 'vitest';
import { decide, pod, type Pod } from '../../test/injection/pods.ts';
import {
  CLAIM,
  CLONES,
  HOST,
  NFS,
  ONE,
  OWN_CLAIM,
  POD_NAME,
  REQUIRED,
  SET,
  SET_OF_ONE,
  THREE,
  anti,
  beside,
  on,
  portOfNode,
} from '../../test/injection/volumes.ts';
import type { Context } from './index.ts';

const annotated = (subject: Pod, options: string): Pod => ({
  ...subject,
  metadata: { ...subject.metadata, annotations: { 'galera-injector.dev/provider-options': options } },
});
const given = (subject: Pod, value: string): Pod => {
  subject.spec.containers[0]['env'] = [{ name: 'MARIADB_EXTRA_FLAGS', value }];
  return subject;
};

describe('a data directory that two servers could open', () => {
  test.each<[what: string, subject: object, context: Context, named: string]>([
    ['one claim for a StatefulSet', on(CLAIM), SET, 'claim "all"'],
    ['one claim for a Deployment', on(CLAIM), THREE, 'claim "all"'],
    ['one claim for a CloneSet', on(CLAIM), CLONES, 'claim "all"'],
    ['one claim, below a plain subPath', on(CLAIM, { mount: { subPath: 'a' } }), SET, 'claim "all"'],
    [
      'one claim, below the namespace',
      on(CLAIM, { mount: { subPathExpr: '$(POD_NAMESPACE)' } }),
      SET,
      'claim',
    ],
    [
      'one claim, below a POD_NAME that is a text',
      on(CLAIM, { mount: { subPathExpr: '$(POD_NAME)' }, env: [{ name: 'POD_NAME', value: 'x' }] }),
      SET,
      'claim "all"',
    ],
    ['nfs', on(NFS), SET, 'nfs'],
    ['cephfs', on({ cephfs: { monitors: ['a'] } }), THREE, 'cephfs'],
    ['glusterfs', on({ glusterfs: { endpoints: 'a', path: 'b' } }), SET, 'glusterfs'],
    ['azureFile', on({ azureFile: { shareName: 'a' } }), SET, 'azureFile'],
    ['an inline csi volume', on({ csi: { driver: 'smb.csi.k8s.io' } }), SET, 'csi'],
    ['a source that nobody has heard of', on({ future: {} }), SET, 'future'],
    ['hostPath', on(HOST), SET, 'share a node'],
    [
      'hostPath, kept apart by zone',
      on(HOST, anti(REQUIRED, 'topology.kubernetes.io/zone')),
      SET,
      'share a node',
    ],
    [
      'hostPath, kept apart from other pods',
      on(HOST, anti(REQUIRED, 'kubernetes.io/hostname', { matchLabels: { app: 'web' } })),
      SET,
      'share a node',
    ],
    [
      'hostPath, with port 0 of the node, which is none',
      pod(({ spec }) => {
        Object.assign(spec.containers[0], {
          ports: [{ containerPort: 3306, hostPort: 0 }],
          volumeMounts: [{ name: 'data', mountPath: '/var/lib/mysql' }],
        });
        Object.assign(spec, { volumes: [{ name: 'data', ...HOST }] });
      }),
      SET,
      'share a node',
    ],
    [
      'a share, below a literal dollar sign',
      on(NFS, { mount: { subPathExpr: '$$(POD_NAME)' }, env: [POD_NAME] }),
      SET,
      'nfs',
    ],
    ['a path with two slashes', on(NFS, { mount: { mountPath: '/var//lib/mysql' } }), SET, 'nfs'],
    ['a path with a dot', on(NFS, { mount: { mountPath: '/var/lib/./mysql/' } }), SET, 'nfs'],
    ['a path without a slash before it', on(NFS, { mount: { mountPath: 'var/lib/mysql' } }), SET, 'nfs'],
    [
      'hostPath, preferably kept apart',
      on(HOST, anti('preferredDuringSchedulingIgnoredDuringExecution', 'kubernetes.io/hostname')),
      SET,
      'share a node',
    ],
  ])('is refused: %s', (_what, subject, context, named) => {
    const decision = decide(subject, context);
    expect(decision).toMatchObject({ kind: 'deny', reason: 'data_claim_shared' });
    expect(decision).toHaveProperty('message', expect.stringContaining('Volume "data"'));
    expect(decision).toHaveProperty('message', expect.stringContaining(named));
  });

  test.each<[what: string, subject: object, context: Context]>([
    ['the claim of a template', on(OWN_CLAIM), SET],
    ['the claim that a CloneSet makes for a pod', on(OWN_CLAIM), CLONES],
    ['an emptyDir', on({ emptyDir: {} }), THREE],
    ['an ephemeral volume', on({ ephemeral: {} }), THREE],
    ['one claim for one pod', on(CLAIM), SET_OF_ONE],
    ['one claim for a Deployment of one', on(CLAIM), ONE],
    [
      'a share, below the name of the pod',
      on(NFS, { mount: { subPathExpr: '$(POD_NAME)' }, env: [POD_NAME] }),
      SET,
    ],
    ['hostPath, kept apart', on(HOST, anti(REQUIRED, 'kubernetes.io/hostname')), SET],
    [
      'hostPath, kept apart by an expression',
      on(
        HOST,
        anti(REQUIRED, 'kubernetes.io/hostname', {
          matchExpressions: [{ key: 'galera', operator: 'In', values: ['true'] }],
        }),
      ),
      SET,
    ],
    ['hostPath, with ports of the node', on(HOST, portOfNode), SET],
  ])('is not %s', (_what, subject, context) => {
    expect(decide(subject, context).kind).toBe('inject');
  });
});

describe('a directory beside the data directory that two servers could open', () => {
  test.each<[what: string, subject: object]>([
    ['the redo log', beside(CLAIM, '/srv/redo', ['--innodb-log-group-home-dir=/srv/redo'])],
    ['the redo log, below the mount', beside(NFS, '/srv', ['--innodb_log_group_home_dir=/srv/redo/a'])],
    ['the redo log, in two words', beside(NFS, '/srv', ['--innodb-log-group-home-dir', '/srv/redo'])],
    ['the redo log, loosely', beside(NFS, '/srv', ['mariadbd', '--loose-innodb-log-group-home-dir=/srv/a/'])],
    [
      'the redo log, in a text',
      beside(CLAIM, '/srv', ['-c', 'mariadbd --innodb-log-group-home-dir="/srv/a" -x']),
    ],
    ['the redo log, by the beginning of the name', beside(CLAIM, '/srv', ['--innodb-log-group=/srv/a'])],
    ['the undo logs', beside(CLAIM, '/srv', ['--innodb-undo-directory=/srv/undo'])],
    ['the tablespace', beside(CLAIM, '/srv', ['--innodb-data-home-dir=/srv'])],
    [
      'the files of the tablespace',
      beside(CLAIM, '/srv', ['--innodb-data-file-path=/srv/ibdata1:10M:autoextend']),
    ],
    ['the doublewrite buffer', beside(CLAIM, '/srv', ['--innodb-doublewrite-dir=/srv'])],
    ['the binary log', beside(CLAIM, '/srv', ['--log-bin=/srv/bin'])],
    ['the index of the binary log', beside(CLAIM, '/srv', ['--log-bin-index=/srv/bin.index'])],
    ['the relay log', beside(CLAIM, '/srv', ['--relay-log=/srv/relay'])],
    ['the log of Aria', beside(CLAIM, '/srv', ['--aria-log-dir-path=/srv'])],
    ['the state of Galera', beside(CLAIM, '/srv', ['--wsrep-data-home-dir=/srv'])],
    [
      'the cache of Galera',
      beside(CLAIM, '/srv', ['--wsrep-provider-options=gcs.fc_limit=9;gcache.dir = /srv']),
    ],
    ['the cache of Galera, as an option', beside(NFS, '/gc', ['--wsrep-provider-gcache-dir=/gc'])],
    [
      'the cache of Galera, in the annotation',
      annotated(beside(NFS, '/gc', []), 'gcs.fc_limit=9;gcache.dir=/gc'),
    ],
    ['the file of the cache, in the annotation', annotated(beside(NFS, '/gc', []), 'gcache.name=/gc/cache')],
    ['the directory of Galera, in the annotation', annotated(beside(NFS, '/gc', []), 'base_dir=/gc')],
    [
      'the cache of Galera, in a variable',
      given(beside(NFS, '/gc', []), '--wsrep-provider-options="gcache.size=1G; gcache.dir=/gc"'),
    ],
    ['the binary log, in a variable', given(beside(NFS, '/gc', []), '--sync-binlog=1 --log-bin=/gc/bin')],
    ['the binary log, in a variable alone', given(beside(NFS, '/gc', []), '--log-bin=/gc/bin')],
    ['the data itself, in short', beside(NFS, '/data', ['mariadbd', '-h', '/data/db'])],
    ['the data itself, shorter', beside(NFS, '/data', ['-h/data/db'])],
    ['the data itself, by the beginning of the name', beside(NFS, '/data', ['--datadi=/data/db'])],
    ['the data itself, loosely', beside(NFS, '/data', ['mariadbd', '--loose-datadir=/data/db'])],
    ['a database', beside(CLAIM, '/var/lib/mysql/shop', [])],
    ['a database, spelled otherwise', beside(CLAIM, '/var//lib/./mysql/shop/', [])],
    [
      'what is below another part of the data',
      beside(CLAIM, '/srv/a', ['--log-bin=/srv/bin', '--innodb-undo-directory=/srv']),
    ],
    ['a part below a plain subPath', beside(CLAIM, '/srv', ['--log-bin=/srv/bin'], { subPath: 'a' })],
    ['a part on the node', beside(HOST, '/srv', ['--log-bin=/srv/bin'])],
  ])('is refused: %s', (_what, subject) => {
    const decision = decide(subject, SET);
    expect(decision).toMatchObject({ kind: 'deny', reason: 'data_claim_shared' });
    expect(decision).toHaveProperty('message', expect.stringContaining('Volume "more"'));
  });

  test.each<[what: string, subject: object]>([
    [
      'of the pod alone',
      beside({ persistentVolumeClaim: { claimName: 'more-db-0' } }, '/srv', ['--log-bin=/srv/b']),
    ],
    ['an emptyDir', beside({ emptyDir: {} }, '/var/lib/mysql/tmp', [])],
    ['by the name of the pod', beside(CLAIM, '/srv', ['--log-bin=/srv/b'], { subPathExpr: '$(POD_NAME)' })],
    ['read only', beside(CLAIM, '/var/lib/mysql/import', [], { readOnly: true })],
    ['for temporary files', beside(CLAIM, '/srv', ['--tmpdir=/srv', '--log-error=/srv/error'])],
    ['for dumps', beside(CLAIM, '/srv', ['--secure-file-priv=/srv', '--log-bin=binlog'])],
    ['that no option names', beside(CLAIM, '/srv', ['--log-bin', '--log-bin=/srvbin/x'])],
    ['that a variable names for something else', given(beside(NFS, '/gc', []), '--tmpdir=/gc')],
    ['that the annotation does not name', annotated(beside(NFS, '/gc', []), 'gcache.dir=/gcache')],
    ['for a database beside the data', beside(CLAIM, '/var/lib/mysql-files', [])],
  ])('is not a volume %s', (_what, subject) => {
    expect(decide(subject, SET).kind).toBe('inject');
  });
});
