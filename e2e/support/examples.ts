/** The examples of the repository, with the image that the run was told to use. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1StatefulSet } from '@kubernetes/client-node';
import { parse } from 'yaml';

/** The user of the official image and of its stand-in. */
const MYSQL = 999;

const folder = join(import.meta.dirname, '..', '..', 'examples');

/** The image that the tests run; the examples name `mariadb:11.8`, which the harness provides under that name. */
export function mariadbImage(): string {
  return process.env['E2E_MARIADB_IMAGE'] || 'mariadb:11.8';
}

/** An example's text. */
export async function example(name: string): Promise<string> {
  const text = await readFile(join(folder, `${name}.yaml`), 'utf8');
  return text.replaceAll('mariadb:11.8', mariadbImage());
}

/** A StatefulSet of the example with another pod management policy. */
export async function statefulSet(policy: 'Parallel' | 'OrderedReady', volumes: boolean): Promise<string> {
  const text = await example(volumes ? 'statefulset-with-volumes' : 'statefulset');
  return text.replace('podManagementPolicy: Parallel', `podManagementPolicy: ${policy}`);
}

/** What a container of the tests takes at most, within the bounds of a namespace that has some. */
const AMOUNTS = { cpu: '250m', memory: '512Mi', 'ephemeral-storage': '512Mi' };

/**
 * The StatefulSet of the README, with a pod template that runs as the user `mysql`, may do nothing else and says how much it
 * takes.
 */
export async function restrictedStatefulSet(): Promise<string> {
  const set = parse(await example('statefulset')) as V1StatefulSet;
  const spec = set.spec?.template.spec;
  if (spec === undefined) throw new Error('the example has no pod template');
  spec.securityContext = {
    runAsNonRoot: true,
    runAsUser: MYSQL,
    runAsGroup: MYSQL,
    fsGroup: MYSQL,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  for (const container of spec.containers) {
    container.securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    container.resources = { requests: AMOUNTS, limits: { ...AMOUNTS, cpu: '1' } };
  }
  return JSON.stringify(set);
}

/** The StatefulSet of the README, whose members speak TLS or do not; a deleted pod comes back without data. */
export async function clusterManifest(tls: 'on' | 'off', replicas = 3): Promise<string> {
  const set = parse(await example('statefulset')) as V1StatefulSet;
  if (set.spec === undefined) throw new Error('the example has no spec');
  const { template } = set.spec;
  set.spec.replicas = replicas;
  template.metadata = {
    labels: { app: 'db', galera: 'true' },
    annotations: { 'galera-injector.dev/tls': tls },
  };
  return JSON.stringify(set);
}
