import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { mariadbImage } from '../support/examples.ts';
import { createNamespace, get, kubectl } from '../support/kubectl.ts';

let ns: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ name: ns, remove } = await createNamespace('kept'));
});
afterAll(() => remove());

/** What the API server makes of a pod, without keeping it. */
async function dryRun(pod: unknown): Promise<V1Pod> {
  const answer = await kubectl(
    ['create', '-n', ns, '--dry-run=server', '-o', 'json', '-f', '-'],
    JSON.stringify(pod),
  );
  return JSON.parse(answer) as V1Pod;
}

const probe = (path: string) => ({ exec: { command: ['/bin/true', path] }, periodSeconds: 7 });
const container: V1Container = {
  name: 'database',
  image: mariadbImage(),
  command: ['/usr/local/bin/docker-entrypoint.sh', 'mariadbd'],
  args: ['--max-connections=77'],
  ports: [
    { containerPort: 3306, name: 'client' },
    { containerPort: 9104, name: 'metrics' },
  ],
  env: [
    { name: 'MARIADB_ROOT_PASSWORD', value: 'own' },
    { name: 'WSREP_NODE_NAME', value: 'own-name' },
    { name: 'TZ', value: 'UTC' },
  ],
  startupProbe: probe('startup'),
  readinessProbe: probe('readiness'),
  livenessProbe: probe('liveness'),
  volumeMounts: [{ name: 'own-data', mountPath: '/var/lib/mysql' }],
};
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'own-node1', labels: { galera: 'true', app: 'own' }, annotations: { note: 'kept' } },
  spec: {
    terminationGracePeriodSeconds: 77,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    affinity: { nodeAffinity: {} },
    initContainers: [{ name: 'own-init', image: mariadbImage(), command: ['true'] }],
    containers: [container, { name: 'sidecar', image: 'registry.k8s.io/pause:3.10' }],
    volumes: [{ name: 'own-data', emptyDir: { sizeLimit: '1Gi' } }],
  },
};

describe('a pod with everything of its own', () => {
  it('keeps its ports, environment, probes, volumes, init containers, command and placement', async () => {
    const injected = await dryRun(pod);
    const database = injected.spec?.containers[0];
    expect(database?.command).toEqual(['/galera/start', ...(container.command ?? [])]);
    expect(database?.args).toEqual(container.args);
    for (const own of container.ports ?? [])
      expect(database?.ports).toContainEqual({
        name: own.name,
        containerPort: own.containerPort,
        protocol: 'TCP',
      });
    expect(database?.ports?.filter((one) => one.containerPort === 3306)).toHaveLength(1);
    for (const own of container.env ?? []) expect(database?.env).toContainEqual(own);
    for (const kind of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const) {
      expect(database?.[kind]).toMatchObject(container[kind] ?? {});
    }
    expect(database?.volumeMounts).toEqual(expect.arrayContaining(container.volumeMounts ?? []) as unknown[]);
    expect(injected.spec?.initContainers?.map((one) => one.name)).toEqual(['galera-init', 'own-init']);
    expect(injected.spec?.containers[1]).toMatchObject(pod.spec.containers[1] ?? {});
    expect(injected.spec?.volumes).toContainEqual(pod.spec.volumes[0]);
    expect(injected.spec).toMatchObject({
      terminationGracePeriodSeconds: 77,
      affinity: { nodeAffinity: {} },
    });
    expect(injected.metadata).toMatchObject({
      labels: pod.metadata.labels,
      annotations: pod.metadata.annotations,
    });
  });

  it('is not changed when it is posted again after its injection', async () => {
    const once = await dryRun(pod);
    const twice = await dryRun({ apiVersion: 'v1', kind: 'Pod', metadata: once.metadata, spec: once.spec });
    expect(twice.spec).toEqual(once.spec);
    expect(twice.metadata?.annotations).toEqual(once.metadata?.annotations);
    expect(twice.metadata?.labels).toEqual(once.metadata?.labels);
  });
});

describe('a minimal pod', () => {
  it('is injected under PodSecurity restricted when its image can run so', async () => {
    await kubectl(['label', 'namespace', ns, 'pod-security.kubernetes.io/enforce=restricted']);
    const securityContext = {
      runAsNonRoot: true,
      runAsUser: 999,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    };
    const injected = await dryRun({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'tight-node1', labels: { galera: 'true' } },
      spec: { containers: [{ name: 'mariadb', image: mariadbImage(), securityContext }] },
    });
    expect(injected.spec?.initContainers?.[0]?.name).toBe('galera-init');
    await kubectl(['label', 'namespace', ns, 'pod-security.kubernetes.io/enforce-']);
  });

  it('without the label is left alone', async () => {
    const plain = await dryRun({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'plain' },
      spec: { containers: [{ name: 'mariadb', image: mariadbImage() }] },
    });
    expect(plain.spec?.initContainers).toBeUndefined();
    expect(await get<{ items: V1Pod[] }>(ns, 'pods')).toMatchObject({ items: [] });
  });
});
