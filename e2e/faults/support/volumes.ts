/** Volumes that are looked into, released and attached to others. */
import type { V1PersistentVolumeClaim, V1Pod } from '@kubernetes/client-node';
import { apply, get, kubectl, kubectlAny, until } from '../../support/kubectl.ts';
import { lonePod } from '../../support/lone-pod.ts';

const MOUNT = '/volume';
/**
 * Size and time of the last write of every file, a checksum of those that can be read in no time, and the saved state,
 * which tells one cluster from another.
 */
const LIST = `cd ${MOUNT} && find . -type f -printf '%P %s %T@\\n' | sort
find . -type f -size -1024k -print0 | sort -z | xargs -0 sha256sum; cat grastate.dat`;

/** How a script over a volume ended, and what it wrote. */
interface Reading {
  readonly phase: string;
  readonly text: string;
}

/** Runs a bash script with the volume of a claim, read only, at /volume, in a pod of its own. */
export async function readVolume(namespace: string, claim: string, script: string): Promise<Reading> {
  const name = `reader-${Math.random().toString(36).slice(2, 7)}`;
  await apply(namespace, JSON.stringify(reader(name, claim, script)));
  try {
    const phase = await until(`the end of ${name}`, 120, async () => {
      const now = await kubectl(['get', 'pod', '-n', namespace, name, '-o', 'jsonpath={.status.phase}']);
      return now === 'Succeeded' || now === 'Failed' ? { done: now } : { not: now };
    });
    return { phase, text: await kubectl(['logs', '-n', namespace, name]) };
  } finally {
    await kubectlAny(['delete', 'pod', '-n', namespace, name, '--wait=false']);
  }
}

function reader(name: string, claimName: string, script: string): V1Pod {
  const volumeMounts = [{ name: 'data', mountPath: MOUNT, readOnly: true }];
  return lonePod(name, { command: ['bash', '-c', script], volumeMounts }, [
    { name: 'data', persistentVolumeClaim: { claimName } },
  ]);
}

/** What a claim's volume holds, as one text: equal texts mean an untouched volume. */
export async function contents(namespace: string, claim: string): Promise<string> {
  const { text } = await readVolume(namespace, claim, LIST);
  if (!text.includes('uuid:')) throw new Error(`claim ${claim} holds no saved state: ${text}`);
  return text;
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

/** Takes a claim away and keeps its volume for `attach`. No pod may use it. */
export async function release(namespace: string, claim: string): Promise<string> {
  const volume = await volumeOf(namespace, claim);
  const keep = { spec: { persistentVolumeReclaimPolicy: 'Retain' } };
  await kubectl(['patch', 'pv', volume, '--type=merge', '-p', JSON.stringify(keep)]);
  await kubectl(['delete', 'pvc', '-n', namespace, claim]);
  await reserve(volume, namespace, `kept-${volume}`);
  return volume;
}

/** Keeps a volume for one claim. One that is free goes to any claim of its size, such as that of a case run at the same time. */
async function reserve(volume: string, namespace: string, name: string): Promise<void> {
  const claimRef = { namespace, name, uid: null, resourceVersion: null };
  await kubectl(['patch', 'pv', volume, '--type=merge', '-p', JSON.stringify({ spec: { claimRef } })]);
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
  await reserve(volume, namespace, claim);
  await apply(namespace, JSON.stringify(pvc));
  await until(`claim ${claim} bound to ${volume}`, 60, async () => {
    const { status } = await get<V1PersistentVolumeClaim>(namespace, 'pvc', claim);
    return status?.phase === 'Bound' ? { done: true } : { not: status?.phase ?? '' };
  });
  const drop = { spec: { persistentVolumeReclaimPolicy: 'Delete' } };
  await kubectl(['patch', 'pv', volume, '--type=merge', '-p', JSON.stringify(drop)]);
}
