import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOwnerReader } from '../../src/kubernetes/owners.ts';
import { type ApiObject, type FakeApi, startFakeApi } from './fake-api.ts';

const ARGO = 'argoproj.io/v1alpha1';
const KRUISE = 'apps.kruise.io/v1beta1';
const OPENSHIFT = 'apps.openshift.io/v1';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
});
afterEach(() => api.close());

interface Shape {
  /** Of the object itself, `apiVersion kind`. */
  readonly is: string;
  readonly plural: string;
  readonly spec?: object;
  /** Replicas that the scale subresource gives; left out: the kind has none. */
  readonly scale?: number;
}

const RS: Shape = { is: 'apps/v1 ReplicaSet', plural: 'replicasets', spec: { replicas: 2 } };
const RC: Shape = { is: 'v1 ReplicationController', plural: 'replicationcontrollers', spec: { replicas: 2 } };
const SET: Shape = {
  is: 'apps/v1 StatefulSet',
  plural: 'statefulsets',
  spec: { replicas: 5, serviceName: 'db' },
};
const DEPLOYMENT: Shape = { is: 'apps/v1 Deployment', plural: 'deployments', spec: { replicas: 3 } };
const ROLLOUT: Shape = { is: `${ARGO} Rollout`, plural: 'rollouts', scale: 3 };
const CONFIG: Shape = { is: `${OPENSHIFT} DeploymentConfig`, plural: 'deploymentconfigs', scale: 3 };
const CLONES: Shape = { is: `${KRUISE} CloneSet`, plural: 'clonesets', scale: 4 };
const KRUISE_SET: Shape = { ...SET, is: `${KRUISE} StatefulSet` };
const DAEMONS: Shape = { is: 'apps/v1 DaemonSet', plural: 'daemonsets' };
const FURTHER: Shape = { is: 'db.example/v2 Database', plural: 'databases' };
const SCALED: Shape = { is: 'db.example/v2 Pool', plural: 'pools', scale: 7 };

const split = (is: string): readonly [apiVersion: string, kind: string] => {
  const [apiVersion = '', kind = ''] = is.split(' ');
  return [apiVersion, kind];
};
const pathOf = (apiVersion: string) => (apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`);
const nameOf = (shape: Shape, level: number) => `${split(shape.is)[1].toLowerCase()}-${level}`;

function owned(shape: Shape | undefined, level: number): ApiObject['metadata'] {
  if (shape === undefined) return {};
  const [apiVersion, kind] = split(shape.is);
  const name = nameOf(shape, level);
  return { ownerReferences: [{ apiVersion, kind, name, uid: `uid-of-${name}`, controller: true }] };
}

/** Puts the owners into the API, each owned by the next, and returns the pod of the first. */
function podOf(...owners: readonly Shape[]): object {
  owners.forEach((shape, level) => {
    const [apiVersion, kind] = split(shape.is);
    const name = nameOf(shape, level);
    const path = `${pathOf(apiVersion)}/namespaces/shop/${shape.plural}/${name}`;
    const metadata = { name, ...owned(owners[level + 1], level + 1) };
    api.objects.set(path, { metadata, spec: shape.spec ?? {} });
    // The API leaves a zero out.
    if (shape.scale !== undefined)
      api.objects.set(`${path}/scale`, { spec: shape.scale === 0 ? {} : { replicas: shape.scale } });
    const group = api.objects.get(pathOf(apiVersion)) as { resources?: object[] } | undefined;
    const scale = shape.scale === undefined ? [] : [{ kind: 'Scale', name: `${shape.plural}/scale` }];
    const resources = [{ kind, name: shape.plural, namespaced: true }, ...scale];
    api.objects.set(pathOf(apiVersion), { resources: [...(group?.resources ?? []), ...resources] });
  });
  return { metadata: owned(owners[0], 0) };
}

const read = (pod: object) => createOwnerReader(api.client)(pod, 'shop');

describe('the owner of a pod', () => {
  it.each<[owners: Shape[], kind: string, name: string, replicas: number | null]>([
    [[SET], 'StatefulSet', 'statefulset-0', 5],
    [[RS], 'ReplicaSet', 'replicaset-0', 2],
    [[RC], 'ReplicationController', 'replicationcontroller-0', 2],
    [[RS, DEPLOYMENT], 'Deployment', 'deployment-1', 3],
    [[RS, ROLLOUT], 'Rollout', 'rollout-1', 3],
    [[RS, { ...ROLLOUT, scale: 0 }], 'Rollout', 'rollout-1', 0],
    [[RC, CONFIG], 'DeploymentConfig', 'deploymentconfig-1', 3],
    [[CLONES], 'CloneSet', 'cloneset-0', 4],
    [[KRUISE_SET], 'StatefulSet', 'statefulset-0', 5],
    [[DAEMONS], 'DaemonSet', 'daemonset-0', null],
    [[FURTHER], 'Database', 'database-0', null],
    [[SCALED, FURTHER], 'Pool', 'pool-0', 7],
    [[FURTHER, SCALED], 'Pool', 'pool-1', 7],
    [[RS, ROLLOUT, FURTHER], 'Rollout', 'rollout-1', 3],
    [[RS, FURTHER], 'Database', 'database-1', null],
    [[SET, FURTHER], 'StatefulSet', 'statefulset-0', 5],
  ])('%# is the top one that tells a size', async (owners, kind, name, replicas) => {
    const pod = podOf(...owners);
    const found = await read(pod);
    expect(found?.workload).toMatchObject({ kind, name, replicas });
    expect(found?.reference).toMatchObject({ kind, name, uid: `uid-of-${name}` });
    const asked = api.seen.map(({ path }) => path);
    expect(asked).toHaveLength(new Set(asked).size);
  });

  it('is the same for both revisions of a Rollout', async () => {
    const [first, second] = [podOf(RS, ROLLOUT), podOf({ ...RS, spec: { replicas: 1 } }, ROLLOUT)];
    expect(await read(first)).toEqual(await read(second));
  });

  it('is a StatefulSet of OpenKruise as it is one of Kubernetes, less the ordinals it leaves out', async () => {
    const spec = { replicas: 3, serviceName: 'db', reserveOrdinals: [0, '2-3'] };
    expect((await read(podOf({ ...KRUISE_SET, spec })))?.workload).toEqual({
      kind: 'StatefulSet',
      name: 'statefulset-0',
      replicas: 3,
      serviceName: 'db',
      firstOrdinal: 0,
      podManagementPolicy: 'OrderedReady',
      reserved: [0, 2, 3],
    });
    expect(api.seen.map(({ path }) => path)).not.toContain(expect.stringContaining('/apis/apps/v1'));
  });

  it.each([
    ['may not be read', ROLLOUT, /rollouts\/rollout-1$/, 403],
    ['has a scale that may not be read', ROLLOUT, /\/scale$/, 403],
  ])('that %s is named with the reason, not the revision below it', async (_what, shape, path, status) => {
    const pod = podOf(RS, shape);
    api.intercept = (seen) => (path.test(seen.path) ? { status, body: { message: 'no' } } : undefined);
    expect((await read(pod))?.workload).toEqual({
      kind: 'Rollout',
      name: 'rollout-1',
      replicas: null,
      unread: 'HTTP 403: no',
    });
  });

  it('of a kind that the API does not have is named with the reason', async () => {
    const pod = podOf(SCALED);
    api.objects.delete(pathOf('db.example/v2'));
    expect((await read(pod))?.workload).toMatchObject({
      unread: 'the API has no kind Pool in db.example/v2',
    });
  });

  it('is asked for its kind once for all pods', async () => {
    const pod = podOf(RS, ROLLOUT);
    const reader = createOwnerReader(api.client);
    await reader(pod, 'shop');
    await reader(pod, 'shop');
    expect(api.seen.filter(({ path }) => path === pathOf(ARGO))).toHaveLength(1);
  });

  it('is looked for no further than five levels, also where owners own each other', async () => {
    const loop = podOf(FURTHER, FURTHER);
    const [first = '', second = ''] = [0, 1].map((level) => nameOf(FURTHER, level));
    const at = `${pathOf('db.example/v2')}/namespaces/shop/databases`;
    api.objects.set(`${at}/${second}`, { metadata: owned(FURTHER, 0) ?? {} });
    expect((await read(loop))?.workload).toMatchObject({ kind: 'Database' });
    expect(api.seen.filter(({ path }) => path.startsWith(`${at}/`))).toHaveLength(5);
    expect(api.seen.some(({ path }) => path === `${at}/${first}`)).toBe(true);
  });

  it('is an error where it is gone or the API fails: peers are never guessed', async () => {
    const pod = podOf(RS, ROLLOUT);
    api.objects.delete(`${pathOf(ARGO)}/namespaces/shop/rollouts/rollout-1`);
    await expect(read(pod)).rejects.toThrow('is not there');
    api.intercept = ({ path }) => (path.endsWith('/v1alpha1') ? { status: 500, body: {} } : undefined);
    await expect(read(pod)).rejects.toThrow('500');
  });

  it.each([
    ['nobody controls', { metadata: { ownerReferences: [{ kind: 'StatefulSet', name: 'db' }] } }],
    ['has malformed owners', { metadata: { ownerReferences: [null, 7, { controller: true, kind: 1 }] } }],
    ['has no metadata', { metadata: null }],
  ])('does not exist for a pod that %s', async (_what, pod) => {
    expect(await read(pod)).toBeNull();
  });

  it('of a reference that is no path of the API is not asked for there', async () => {
    const ownerReferences = [{ apiVersion: 'a.b/../v1', kind: 'X', name: 'x', uid: 'u', controller: true }];
    expect((await read({ metadata: { ownerReferences } }))?.workload).toHaveProperty('unread');
    expect(api.seen).toEqual([]);
  });
});
