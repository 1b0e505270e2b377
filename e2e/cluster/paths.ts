import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of this file, that is `e2e/cluster`. */
export const here = dirname(fileURLToPath(import.meta.url));

/** Folder that survives runs: built programs and image archives. */
export function cacheRoot(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'galera-injector');
}

// A unix socket's path holds at most 107 bytes (unix(7)); the longest below the work folder needs about 60.
const longestWorkFolder = 45;

/**
 * Folder of everything that belongs to the running cluster: `E2E_WORK_DIRECTORY`, else
 * `/var/lib/galera-injector-e2e`.
 * @throws when it is not absolute, is a folder that the tear-down must never remove, or is too long.
 */
export function workRoot(): string {
  const folder = process.env['E2E_WORK_DIRECTORY'] ?? '/var/lib/galera-injector-e2e';
  const normal = resolve(folder);
  if (normal !== folder || normal.split('/').length < 3 || normal.length > longestWorkFolder) {
    throw new Error(
      `E2E_WORK_DIRECTORY is "${folder}": give an absolute path without a trailing slash, at least two levels ` +
        `deep and at most ${longestWorkFolder} characters long`,
    );
  }
  return normal;
}

/** Where each part keeps its files below the work folder. */
export interface Layout {
  readonly root: string;
  readonly pki: string;
  readonly config: string;
  readonly logs: string;
  readonly pids: string;
  readonly etcd: string;
  readonly kubelet: string;
  readonly podLogs: string;
  readonly volumes: string;
  readonly cniNetworks: string;
  readonly containerdRoot: string;
  readonly containerdState: string;
  readonly containerdSocket: string;
  /** One empty file for each image archive that the node has. */
  readonly imported: string;
  readonly kubeconfig: string;
  readonly auditLog: string;
}

export function layout(root: string = workRoot()): Layout {
  return {
    root,
    pki: join(root, 'pki'),
    config: join(root, 'config'),
    logs: join(root, 'logs'),
    pids: join(root, 'pids'),
    etcd: join(root, 'etcd'),
    kubelet: join(root, 'kubelet'),
    podLogs: join(root, 'pod-logs'),
    volumes: join(root, 'volumes'),
    cniNetworks: join(root, 'cni'),
    containerdRoot: join(root, 'containerd'),
    containerdState: join(root, 'run'),
    containerdSocket: join(root, 'containerd.sock'),
    imported: join(root, 'imported'),
    kubeconfig: join(root, 'kubeconfig'),
    auditLog: join(root, 'logs', 'audit.log'),
  };
}
