import {
  AdmissionregistrationV1Api,
  AppsV1Api,
  AuthenticationV1Api,
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  PolicyV1Api,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callsOf } from '../../src/kubernetes/rest.ts';
import * as routes from '../../src/kubernetes/routes.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';

type Call = (parameters: object, options?: object) => Promise<unknown>;
type Calls = Readonly<Record<string, Call>>;

let api: FakeApi;
const config = new KubeConfig();
beforeAll(async () => {
  api = await startFakeApi();
  config.loadFromFile(api.kubeconfig);
});
beforeEach(() => {
  api.seen.length = 0;
  api.intercept = () => ({ status: 200, body: { metadata: { name: 'db' } } });
});
afterAll(() => api.close());

const GROUPS = [
  [CoreV1Api, routes.CORE_ROUTES],
  [AppsV1Api, routes.APPS_ROUTES],
  [CustomObjectsApi, routes.CUSTOM_ROUTES],
  [CoordinationV1Api, routes.COORDINATION_ROUTES],
  [PolicyV1Api, routes.POLICY_ROUTES],
  [AuthenticationV1Api, routes.AUTHENTICATION_ROUTES],
  [AdmissionregistrationV1Api, routes.ADMISSION_ROUTES],
] as const;
const EVERY_CALL = GROUPS.flatMap(([group, of]) =>
  Object.entries(of).map(([name, route]) => ({ name, route, group, of })),
);

function parametersOf(route: string): object {
  return {
    ...(route.includes('{namespace}') ? { namespace: 'shop' } : {}),
    ...(route.includes('{group}') ? { group: 'argoproj.io', version: 'v1alpha1' } : {}),
    ...(route.includes('{plural}') ? { plural: 'rollouts' } : {}),
    ...(route.includes('{name}') ? { name: 'a/b c' } : {}),
    ...(/^(POST|PUT|PATCH)/.test(route) ? { body: { metadata: { name: 'db' } }, dryRun: 'All' } : {}),
    ...(route.startsWith('GET') && route.endsWith('s') ? { labelSelector: 'a=b,!c', _continue: 'next' } : {}),
  };
}

describe('a call', () => {
  it.each(EVERY_CALL)('$name asks what the library asks', async ({ name, route, group, of }) => {
    const parameters = parametersOf(route);
    const library = config.makeApiClient<object>(group) as Calls;
    const header = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    const options = route.startsWith('PATCH') ? [header] : [];
    await library[name]?.(parameters, ...options);
    await callsOf<Calls>(config, of)[name]?.(parameters);
    const [theirs, ours] = api.seen.map(({ method, path, query, body, headers }) => {
      const asked = JSON.parse(JSON.stringify(body)) as unknown;
      return { method, path, query: Object.fromEntries(query), asked, type: headers['content-type'] };
    });
    expect(ours).toEqual(theirs);
  });

  const core = () => callsOf<CoreV1Api>(config, routes.CORE_ROUTES as never);

  it('takes headers as the library does', async () => {
    const body = { metadata: { name: 'db' } };
    const header = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
    await core().replaceNamespacedSecret({ namespace: 'shop', name: 'db', body }, header);
    expect(api.seen[0]?.headers['content-type']).toBe(PatchStrategy.StrategicMergePatch);
  });

  it('names itself', async () => {
    await core().listPodForAllNamespaces();
    expect(api.seen[0]?.headers['user-agent']).toMatch(/^galera-injector\/\S+$/);
  });

  it('is not made without a parameter of its path', async () => {
    const nameless = core().readNamespacedSecret({ namespace: 'shop', name: '' });
    await expect(nameless).rejects.toThrow('needs the parameter name');
    expect(api.seen).toHaveLength(0);
  });

  it('fails with status, text and headers of any answer but 2xx', async () => {
    api.intercept = () => ({ status: 429, body: 'later' });
    const refused = core().listPodForAllNamespaces();
    await expect(refused).rejects.toMatchObject({
      code: 429,
      body: 'later',
      headers: expect.anything() as object,
    });
  });
});

describe('an answer', () => {
  const at = '2026-01-02T03:04:05Z';
  const metadata = {
    creationTimestamp: at,
    labels: { time: 'noon' },
    annotations: { startTime: at },
    managedFields: [{ time: at, fieldsV1: { 'f:time': {} } }],
  };
  const state = { running: { startedAt: at } };
  const ended = { terminated: { exitCode: 1, startedAt: at, finishedAt: at } };
  const pod = {
    metadata: { ...metadata, deletionTimestamp: at },
    spec: { nodeSelector: { time: at }, tolerations: [{ key: 'a', tolerationSeconds: 3 }] },
    status: {
      startTime: at,
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at, lastProbeTime: null }],
      containerStatuses: [
        { name: 'db', image: '', imageID: '', ready: true, restartCount: 0, state, lastState: ended },
      ],
    },
  };
  const condition = { type: 'Available', status: 'True', lastTransitionTime: at, lastUpdateTime: at };

  it.each([
    ['listNamespacedPod', CoreV1Api, routes.CORE_ROUTES, { metadata: {}, items: [pod] }],
    ['readNamespacedSecret', CoreV1Api, routes.CORE_ROUTES, { metadata, data: { time: 'bm9vbg==' } }],
    [
      'listNamespacedService',
      CoreV1Api,
      routes.CORE_ROUTES,
      { items: [{ spec: { selector: { time: at } } }] },
    ],
    [
      'readNamespacedDeployment',
      AppsV1Api,
      routes.APPS_ROUTES,
      { metadata, status: { conditions: [condition] } },
    ],
    [
      'readNamespacedLease',
      CoordinationV1Api,
      routes.COORDINATION_ROUTES,
      { metadata, spec: { renewTime: at } },
    ],
  ])('%s is read as the library reads it', async (name, group, of, body) => {
    api.intercept = () => ({ status: 200, body });
    const parameters = { namespace: 'shop', name: 'db' };
    const theirs = await (config.makeApiClient<object>(group) as Calls)[name]?.(parameters);
    expect(await callsOf<Calls>(config, of)[name]?.(parameters)).toEqual(theirs);
  });
});
