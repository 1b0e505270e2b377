/** Pods that keep their data in volumes of any kind. */
import type { Context, Workload } from '../../src/injection/index.ts';
import { CONTEXT, pod, STATEFUL_SET } from './pods.ts';

export const CLAIM = { persistentVolumeClaim: { claimName: 'all' } };
export const OWN_CLAIM = { persistentVolumeClaim: { claimName: 'data-db-0' } };
export const OWN_CLAIM_OF_OTHER = { persistentVolumeClaim: { claimName: 'data-db-9' } };
export const TYPED = { hostPath: { path: '/mysql', type: 'DirectoryOrCreate' } };
export const NFS = { nfs: { server: 'nas', path: '/mysql' } };
export const HOST = { hostPath: { path: '/mysql', type: '' } };
export const POD_NAME = { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };

export interface Extra {
  readonly mount?: object;
  readonly env?: readonly object[];
  readonly spec?: object;
}

/** The pod `db-0` that keeps its data in a volume of this source. */
export function on(source: object, { mount = {}, env = [], spec = {} }: Extra = {}) {
  return pod((subject) => {
    const volumeMounts = [{ name: 'data', mountPath: '/var/lib/mysql', ...mount }];
    Object.assign(subject.spec.containers[0], { env, volumeMounts });
    Object.assign(subject.spec, { volumes: [{ name: 'data', ...source }] }, spec);
  });
}

export const under = (workload: Workload | null): Context => ({ ...CONTEXT, workload });
export const SET = under(STATEFUL_SET);
export const SET_OF_ONE = under({ ...STATEFUL_SET, replicas: 1 });
export const THREE = under({ kind: 'Deployment', name: 'db', replicas: 3 });
export const ONE = under({ kind: 'Deployment', name: 'db-1', replicas: 1 });
export const CLONES = under({ kind: 'CloneSet', name: 'db', replicas: 3 });

export const HOST_NAME = 'kubernetes.io/hostname';
export const GALERA = { matchLabels: { galera: 'true' } };
export const APART = { matchLabels: { app: 'web' } };
export const anti = (
  when: string,
  topologyKey: string,
  labelSelector: object = GALERA,
  matchLabelKeys?: readonly string[],
) => ({
  spec: {
    affinity: {
      podAntiAffinity: {
        [when]: [{ topologyKey, labelSelector, ...(matchLabelKeys === undefined ? {} : { matchLabelKeys }) }],
      },
    },
  },
});
export const onNode = (name: string) => ({ spec: { nodeSelector: { [HOST_NAME]: name } } });
export const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
export const portOfNode = { spec: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } };

/** The pod `db-0` that has its data to itself, and a further volume at a path. */
export function beside(source: object, mountPath: string, words: readonly string[], mount: object = {}) {
  return pod((subject) => {
    const own = { name: 'data', mountPath: '/var/lib/mysql' };
    const container = subject.spec.containers[0];
    Object.assign(container, { args: words, volumeMounts: [own, { name: 'more', mountPath, ...mount }] });
    Object.assign(subject.spec, {
      volumes: [
        { name: 'data', ...OWN_CLAIM },
        { name: 'more', ...source },
      ],
    });
  });
}
