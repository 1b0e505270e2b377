import { afterEach, beforeEach, expect, it } from 'vitest';
import { unregister } from '../../src/command/unregister.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

const BASE = '/apis/admissionregistration.k8s.io/v1';
const KINDS = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'] as const;

let api: FakeApi;
let lines: string[];
beforeEach(async () => {
  const names = KINDS.flatMap((kind) => [`${BASE}/${kind}/injector`, `${BASE}/${kind}/of-others`]);
  api = await startFakeApi(Object.fromEntries(names.map((path) => [path, {}])));
  lines = [];
});
afterEach(() => api.close());

const run = (forMs = 10_000, env: NodeJS.ProcessEnv = { GALERA_INJECTOR_WEBHOOK: 'injector' }) =>
  unregister(env, () => api.client, { forMs, pauseMs: 1, settleMs: 1, log: (line) => lines.push(line) });
const left = () => KINDS.flatMap((kind) => [...api.objects.keys()].filter((path) => path.includes(kind)));

it('removes both configurations of its name and no other, the one that can refuse pods first', async () => {
  expect(await run()).toBe(0);
  expect(left()).toEqual(KINDS.map((kind) => `${BASE}/${kind}/of-others`));
  expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(
    KINDS.map((kind) => `DELETE ${BASE}/${kind}/injector`),
  );
});

it('finds nothing wrong with configurations that are gone already', async () => {
  await run();
  expect(await run(0)).toBe(0);
  expect(lines.at(-1)).toBe(
    'removed the webhook configurations injector: no pod is sent to the injector any more',
  );
});

it('tries again when its rights are not known yet, and says why once', async () => {
  let asked = 0;
  api.intercept = () => ((asked += 1) <= 2 ? { status: 403, body: { message: 'no right yet' } } : undefined);
  expect(await run()).toBe(0);
  expect(left()).toHaveLength(2);
  expect(lines[0]).toBe(
    'trying again: the webhook configurations injector cannot be removed: HTTP 403: no right yet',
  );
  expect(lines).toHaveLength(2);
});

it('does not stop an uninstall when it fails: helm removes the configurations as well', async () => {
  api.intercept = () => ({ status: 500, body: { message: 'etcd is away' } });
  expect(await run(0)).toBe(0);
  expect(lines).toEqual([
    'the webhook configurations injector cannot be removed: HTTP 500: etcd is away; they are left to helm, which removes them with the rest',
  ]);
});

it('removes nothing without a name', async () => {
  await expect(run(0, {})).rejects.toThrow('GALERA_INJECTOR_WEBHOOK is missing');
  expect(api.seen).toEqual([]);
});
