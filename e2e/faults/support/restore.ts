/** A StatefulSet whose own init container fills the volumes after `galera-init` has looked at them. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mariadbImage } from '../../support/examples.ts';
import { run } from '../../support/run.ts';

/** Fills an empty volume from the backup of its pod, as soon as there is one; an empty backup leaves it empty. */
const RESTORE = `[ ! -e /restored/ibdata1 ] || exit 0
until [ -e /backup/$HOSTNAME ]; do sleep 1; done
cp -a /backup/$HOSTNAME/. /restored/`;

/** The cluster that the StatefulSet makes. */
export const RESTORED = 'shop';

/**
 * Three pods `shop-0` to `shop-2`, under the selector of all workloads here, restored from the folders of those names in a
 * folder of this machine. The data brings its passwords along: they are those of the Secret.
 */
export function restoring(folder: string, secret: string): string {
  const labels = { app: 'db', galera: 'true' };
  const password = { secretKeyRef: { name: secret, key: 'root-password' } };
  const template = {
    metadata: { labels },
    spec: {
      terminationGracePeriodSeconds: 120,
      initContainers: [
        {
          name: 'restore',
          image: mariadbImage(),
          command: ['bash', '-c', RESTORE],
          volumeMounts: [
            { name: 'data', mountPath: '/restored' },
            { name: 'backup', mountPath: '/backup' },
          ],
        },
      ],
      containers: [
        {
          name: 'mariadb',
          image: mariadbImage(),
          env: [{ name: 'MARIADB_ROOT_PASSWORD', valueFrom: password }],
          volumeMounts: [{ name: 'data', mountPath: '/var/lib/mysql' }],
        },
      ],
      volumes: [{ name: 'backup', hostPath: { path: folder } }],
    },
  };
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: RESTORED },
    spec: {
      replicas: 3,
      serviceName: RESTORED,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: 'db' } },
      template,
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
    },
  });
}

/** Gives a pod its backup in the place of the one before: a copy of that folder, or nothing. It appears at once and whole. */
export async function giveBackup(folder: string, pod: string, copy: string | null): Promise<void> {
  const making = join(folder, `making-${pod}`);
  await (copy === null ? mkdir(making) : run('cp', ['-a', copy, making]));
  await rm(join(folder, pod), { recursive: true, force: true });
  await rename(making, join(folder, pod));
}
