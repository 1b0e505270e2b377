/**
 * Every name that pods, manifests and companion objects share. Nothing outside this file spells one of them out.
 */
import { createHash } from 'node:crypto';

/** Prefix of all labels and annotations of the injector. */
export const PREFIX = 'galera-injector.dev/';

/** The label that asks for the injection, and the only value that does. */
export const OPT_IN_LABEL = 'galera';
export const OPT_IN_VALUE = 'true';

/** Names the cluster a pod belongs to; the injection adds it where the user does not. */
export const CLUSTER_LABEL = `${PREFIX}cluster`;

/** Written by the injection, with its version; part of the mark that a pod is injected already. */
export const INJECTED_ANNOTATION = `${PREFIX}injected`;

/** A person's order that the pod which carries it must bootstrap. The coordinator reads it from pods that exist. */
export const BOOTSTRAP_ANNOTATION = `${PREFIX}bootstrap`;

/** Which companions of the cluster the injector does not make: `none` of them, or `no-budget`. */
export const COMPANIONS_ANNOTATION = `${PREFIX}companions`;

/** Set by the kubelet on the API copy of a static pod, which admission can no longer change. */
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

export const INIT_CONTAINER = 'galera-init';

/** Wanted volume names; a pod that uses one itself makes the injection take the next free one. */
export const SCRIPTS_VOLUME = 'galera';
export const TOKEN_VOLUME = 'galera-token';
export const DATA_VOLUME = 'galera-data';
export const TLS_VOLUME = 'galera-tls';
export const TLS_SECRET_VOLUME = 'galera-tls-secret';

export const SCRIPTS_PATH = '/galera';
export const TOKEN_PATH = '/var/run/secrets/galera-injector';
/** Where a member keeps its key and certificates: in memory only (agent/lib/tls.sh). */
export const TLS_PATH = '/galera-tls';
/** Where the Secret is mounted that a user brings (src/command/own-certificate.ts). */
export const TLS_SECRET_PATH = `${TLS_PATH}/own`;
export const START_SCRIPT = `${SCRIPTS_PATH}/start`;
export const PROBE_SCRIPT = `${SCRIPTS_PATH}/probe`;

/** Audience of the projected token: a token for this one opens nothing but the coordinator. */
export const TOKEN_AUDIENCE = 'galera-injector';
export const TOKEN_SECONDS = 3600;

export const ROOT_PASSWORD_KEY = 'root-password';

/** Variable of the database container: its `wsrep_cluster_name`. */
export const NAME_VARIABLE = 'WSREP_CLUSTER_NAME';

/** Where the server keeps its data; only the container that the injection wrapped, and galera-init, have it. */
export const DATA_DIRECTORY_VARIABLE = 'GALERA_DATA_DIRECTORY';

/** Variable of the database container: how many members the injection computed, e.g. `3`. */
export const SIZE_VARIABLE = 'GALERA_CLUSTER_SIZE';

/**
 * Variable of the database container and of the init container, where the member has a key: `on` where it speaks TLS
 * with the others, `off` where it does so only while others want to.
 */
export const TLS_VARIABLE = 'GALERA_TLS';

/** Variable of the same two, where the certificates are the user's own: the name of the Secret that holds them. */
export const TLS_SECRET_VARIABLE = 'GALERA_TLS_SECRET';

/** Variable of the database container: `required` where its server takes no client without TLS over the network. */
export const CLIENT_TLS_VARIABLE = 'GALERA_CLIENT_TLS';

/** Key of the ConfigMap with the authorities for clients. */
export const CLIENT_AUTHORITY_KEY = 'ca.crt';

/** The ports of a Galera node and the names that fit Kubernetes' limit of 15 characters. */
export const GALERA_PORTS = [
  { name: 'mysql', port: 3306 },
  { name: 'sst', port: 4444 },
  { name: 'galera', port: 4567 },
  { name: 'ist', port: 4568 },
] as const;

/** The port of group communication: a Service that exposes it can stand in the cluster address. */
export const GROUP_PORT = 4567;

/** Longest cluster name: a DNS label (63) less the suffix `-galera`. */
export const CLUSTER_NAME_MAXIMUM = 63 - '-galera'.length;

/** Longest `wsrep_cluster_name` that Galera takes. */
const WSREP_NAME_MAXIMUM = 32;
const HASH_LENGTH = 8;

/** The headless Service that stands for all members; the PodDisruptionBudget and the Secret share its name. */
export function headlessServiceName(cluster: string): string {
  return `${cluster}-galera`;
}

/** The Service for applications: Ready members only. */
export function clientServiceName(cluster: string): string {
  return `${cluster}-mysql`;
}

/** The ConfigMap with the authorities by which clients verify the servers; the chart's policy knows the ending. */
export function clientAuthorityName(cluster: string): string {
  return `${clientServiceName(cluster)}-ca`;
}

export function disruptionBudgetName(cluster: string): string {
  return `${cluster}-galera`;
}

export function secretName(cluster: string): string {
  return `${cluster}-galera`;
}

/**
 * The `wsrep_cluster_name` of a cluster: the first 23 characters of its name and 8 hexadecimal digits of the SHA-256 of
 * `<namespace>/<cluster>`. A server that lost its majority goes on calling the addresses it knew, and Kubernetes gives
 * these out again: only another name keeps it from a cluster that is not its own (gcomm refuses it then).
 */
export function wsrepClusterName(namespace: string, cluster: string): string {
  const hash = createHash('sha256').update(`${namespace}/${cluster}`).digest('hex').slice(0, HASH_LENGTH);
  return `${cluster.slice(0, WSREP_NAME_MAXIMUM - HASH_LENGTH - 1)}-${hash}`;
}

const DNS_LABEL = /^[a-z0-9]+(-+[a-z0-9]+)*$/;

/** Whether a text can be a host name or an object's name: a DNS label of at most 63 characters. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && DNS_LABEL.test(text);
}
