/** The smallest workload that gets no advice; tests tweak copies of it. */
import { type Advice, adviseOn, type Claim, claimAdvice, readOwner } from '../../src/advice/index.ts';
import type { JsonObject } from '../../src/injection/index.ts';
import { SETTINGS } from '../injection/pods.ts';

interface Template {
  metadata: { labels: Record<string, unknown>; annotations?: Record<string, string> };
  spec: { containers: [Record<string, unknown>]; [field: string]: unknown };
}

/** A StatefulSet, Deployment, ReplicaSet or ReplicationController. */
export interface Workload {
  kind: string;
  metadata: { name: string; labels?: Record<string, unknown>; [field: string]: unknown };
  spec: { replicas?: number; template: Template; [field: string]: unknown };
}

/** The StatefulSet `db` with a claim for its data, changed by the tweak. */
export function workload(tweak: (workload: Workload) => void = () => {}): Workload {
  const minimal: Workload = {
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: {
      replicas: 3,
      serviceName: 'db',
      podManagementPolicy: 'Parallel',
      template: {
        metadata: { labels: { app: 'db', galera: 'true' } },
        spec: {
          containers: [
            {
              name: 'mariadb',
              image: 'mariadb:11.8',
              volumeMounts: [{ name: 'data', mountPath: '/var/lib/mysql' }],
            },
          ],
        },
      },
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    },
  };
  tweak(minimal);
  return minimal;
}

/** The same as a Deployment that keeps its number of pods at a rollout; its pods have no claim. */
export function deployment(tweak: (workload: Workload) => void = () => {}): Workload {
  return workload((subject) => {
    subject.kind = 'Deployment';
    subject.spec = {
      replicas: 3,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      template: subject.spec.template,
    };
    delete subject.spec.template.spec.containers[0]['volumeMounts'];
    tweak(subject);
  });
}

/** A ReplicationController of one replica, as kubernetes/examples has one for each node. */
export function single(name: string): Workload {
  return deployment((subject) => {
    subject.kind = 'ReplicationController';
    subject.metadata.name = name;
    subject.spec.replicas = 1;
    delete subject.spec['strategy'];
  });
}

/** All advice over a workload. */
export function advised(subject: unknown, claims: readonly Claim[] = [], isNew = true): readonly Advice[] {
  const json = subject as JsonObject;
  const owner = readOwner(String(json['kind']), 'shop', json, isNew);
  if (owner === null) return [];
  const { advice, cluster } = adviseOn(owner, SETTINGS);
  return cluster === null ? advice : [...advice, ...claimAdvice(owner, cluster, claims)];
}

/** The reasons of that advice. */
export function reasons(...subject: Parameters<typeof advised>): readonly string[] {
  return advised(...subject).map(({ reason }) => reason);
}
