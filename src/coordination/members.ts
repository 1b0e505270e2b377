/** Pods of a cluster, read into the members that the coordinator decides over. */
import type { V1Container, V1ContainerStatus, V1Pod, V1Volume } from '@kubernetes/client-node';
import {
  BOOTSTRAP_ANNOTATION,
  controllerOf,
  DATA_DIRECTORY_VARIABLE,
  INIT_CONTAINER,
  SIZE_VARIABLE,
  TLS_SECRET_VARIABLE,
  TLS_VARIABLE,
} from '../injection/index.ts';
import type { Member, Order } from './types.ts';

const ORDERS: readonly Order[] = ['now', 'machines-off'];

/** The member that a pod is. */
export function memberOf(pod: V1Pod): Member {
  const metadata = pod.metadata ?? {};
  const name = metadata.name ?? '';
  const data = dataVolume(pod);
  const ready = pod.status?.conditions?.find((one) => one.type === 'Ready');
  return {
    name: memberName(pod, name, data),
    pod: name,
    podUid: metadata.uid ?? '',
    rank: rankOf(pod, name),
    scheduled: pod.spec?.nodeName !== undefined,
    ready: ready?.status === 'True' && metadata.deletionTimestamp === undefined,
    readySince: ready?.lastTransitionTime?.getTime() ?? null,
    terminating: metadata.deletionTimestamp !== undefined,
    address: pod.status?.podIP ?? null,
    otherAddresses: (pod.status?.podIPs ?? []).flatMap(({ ip }) =>
      ip === undefined || ip === pod.status?.podIP ? [] : [ip],
    ),
    initStarted: initStarted(pod),
    initDone: initStatus(pod)?.state?.terminated?.exitCode === 0,
    durable: data !== undefined && data.emptyDir === undefined && data.ephemeral === undefined,
    machine: pod.spec?.nodeName ?? null,
    size: sizeOf(pod),
    tls: variable(pod, TLS_VARIABLE) === 'on',
    ownCertificate: variable(pod, TLS_SECRET_VARIABLE) !== undefined,
    image: databaseContainer(pod)?.image ?? '',
    order: ORDERS.find((order) => order === metadata.annotations?.[BOOTSTRAP_ANNOTATION]) ?? null,
  };
}

/** Whether the pod can still run a server; a Succeeded or Failed one is only an object. */
export function isAlive(pod: V1Pod): boolean {
  return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

/**
 * A StatefulSet's pod and a bare Pod come back under their own name. A pod of another controller gets a new name each
 * time, so its member is named after the claim that holds its data, when there is one.
 */
function memberName(pod: V1Pod, name: string, data: V1Volume | undefined): string {
  const controller = controllerOf(pod);
  const stable = controller === null || controller.kind === 'StatefulSet';
  return stable ? name : (data?.persistentVolumeClaim?.claimName ?? name);
}

/** Lowest ordinal or trailing number first; pods that have none in order of their age. */
function rankOf(pod: V1Pod, name: string): readonly (number | string)[] {
  const controller = controllerOf(pod);
  const created = pod.metadata?.creationTimestamp?.getTime() ?? 0;
  const numbered = controller === null || controller.kind === 'StatefulSet' ? name : controller.name;
  const number = controller?.kind === 'ReplicaSet' ? undefined : /(\d+)$/.exec(numbered)?.[1];
  return [number === undefined ? Number.MAX_SAFE_INTEGER : Number(number), created, name];
}

function initStatus(pod: V1Pod): V1ContainerStatus | undefined {
  return pod.status?.initContainerStatuses?.find((one) => one.name === INIT_CONTAINER);
}

/** What the injection found the size of the cluster to be; 0 for a pod of a version that did not say. */
function sizeOf(pod: V1Pod): number {
  const size = Number(variable(pod, SIZE_VARIABLE));
  return Number.isSafeInteger(size) && size > 0 ? size : 0;
}

/** The value of a variable that the injection gives to one container of the pod. */
function variable(pod: V1Pod, wanted: string): string | undefined {
  const variables = (pod.spec?.containers ?? []).flatMap(({ env }) => env ?? []);
  return variables.find(({ name }) => name === wanted)?.value;
}

function initStarted(pod: V1Pod): number | null {
  const status = initStatus(pod);
  const started = status?.state?.running?.startedAt ?? status?.state?.terminated?.startedAt;
  return started === undefined ? null : started.getTime();
}

/** The volume below the data directory: the one whose mount path is the longest prefix of it. */
function dataVolume(pod: V1Pod): V1Volume | undefined {
  const container = databaseContainer(pod);
  const directory = directoryOf(container);
  const mount = (container?.volumeMounts ?? [])
    .filter(
      ({ mountPath }) => directory === mountPath || directory?.startsWith(`${mountPath.replace(/\/$/, '')}/`),
    )
    .toSorted((a, b) => b.mountPath.length - a.mountPath.length)[0];
  return pod.spec?.volumes?.find((one) => one.name === mount?.name);
}

/** The container that the injection has told where the data is. */
function databaseContainer(pod: V1Pod): V1Container | undefined {
  return pod.spec?.containers.find((container) => directoryOf(container) !== undefined);
}

function directoryOf(container: V1Container | undefined): string | undefined {
  return container?.env?.find(({ name }) => name === DATA_DIRECTORY_VARIABLE)?.value;
}
