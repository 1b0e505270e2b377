/** Volumes that are looked into, released and attached to others. */
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { mariadbImage } from '../../support/examples.ts';
import { apply, get, kubectl, kubectlAny, until } from '../../support/kubectl.ts';

const MOUNT = '/volume';
/**
 * Size and time of the last write of every file, a checksum of those that can be read in no time, and the saved state,
 * which tells one cluster from another.
 */
const LIST = `cd ${MOUNT} && find . -type f -printf '%P %s %T@\\n' | sort
find . -type f -size -1024k -print0 | sort -z | xargs -0 sha256sum; cat grastate.dat`;

/** What a claim's volume holds, as one text: equal texts mean an untouched volume. */
export async function contents(namespace: string, claim: string): Promise<string> {
  const name = `reader-${Math.random().toString(36).slice(2, 7)}`;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'reader',
          image: mariadbImage(),
          command: ['bash', '-c', LIST],
          volumeMounts: [{ name: 'data', mountPath: MOUNT, readOnly: true }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
    },
  };
  await apply(namespace, JSON.stringify(pod));
  try {
    await until(`the end of ${name}`, 120, async () => {
      const phase = await kubectl(['get', 'pod', '-n', namespace, name, '-o', 'jsonpath={.status.phase}']);
      return phase === 'Succeeded' || phase === 'Failed' ? { done: phase } : { not: phase };
    });
    const text = await kubectl(['logs', '-n', namespace, name]);
    if (!text.includes('uuid:')) throw new Error(`claim ${claim} holds no saved state: ${text}`);
    return text;
  } finally {
    await kubectlAny(['delete', 'pod', '-n', namespace, name, '--wait=false']);
  }
}

/** The state uuid in what `contents` gave. */
export function uuidIn(text: string): string {
  return /^uuid:\s*(\S+)$/m.exec(text)?.[1] ?? '';
}

/** Name of the volume that is bound to a claim. */
export async function volumeOf(namespace: string, claim: string): Promise<string> {
  const { spec } = await get<V1PersistentVolumeClaim>(namespace, 'pvc', claim);
  return spec?.volumeName ?? '';
}

/** Takes a claim away and keeps its volume, free for any claim that names it. No pod may use it. */
export async function release(namespace: string, claim: string): Promise<string> {
  const volume = await volumeOf(namespace, claim);
  const keep = { spec: { persistentVolumeReclaimPolicy: 'Retain' } };
  await kubectl(['patch', 'pv', volume, '--type=merge', '-p', JSON.stringify(keep)]);
  await kubectl(['delete', 'pvc', '-n', namespace, claim]);
  await kubectl(['patch', 'pv', volume, '--type=merge', '-p', JSON.stringify({ spec: { claimRef: null } })]);
  return volume;
}

/** Makes a claim for a released volume; with the namespace the volume goes as well. */
export async function attach(namespace: string, claim: string, volume: string): Promise<void> {
  const pvc = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claim },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      volumeName: volume,
    },
  };
  await apply(namespace, JSON.stringify(pvc));
  await until(`claim ${claim} bound to ${volume}`, 60, async () => {
    const { status } = await get<V1PersistentVolumeClaim>(namespace, 'pvc', claim);
    return status?.phase === 'Bound' ? { done: true } : { not: status?.phase ?? '' };
  });
  const drop = { spec: { persistentVolumeReclaimPolicy: 'Delete' } };
  await kubectl(['patch', 'pv', volume, '--type=merge', '-p', JSON.stringify(drop)]);
}
