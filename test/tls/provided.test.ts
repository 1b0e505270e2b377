import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GeneratedPair, generatePair } from '../../src/tls/generate.ts';
import { createProvidedSource, fromDirectory, fromSecret } from '../../src/tls/provided.ts';
import type { ServingCertificate } from '../../src/tls/source.ts';
import type { FakeApi } from '../kubernetes/fake-api.ts';
import { bundles, type Clock, NAME, overwriteBundles, SECRET, startApi } from './replicas.ts';

let api: FakeApi;
let directory: string;
let stopping: AbortController;
beforeEach(async () => {
  stopping = new AbortController();
  directory = mkdtempSync(join(tmpdir(), 'certificates-'));
  api = await startApi();
});
afterEach(async () => {
  stopping.abort();
  rmSync(directory, { recursive: true });
  await api.close();
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
function put(pair: ServingCertificate): void {
  const files = { 'tls.crt': pair.certificate, 'tls.key': pair.key, 'ca.crt': pair.authority };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const data = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, base64(text)]));
  api.objects.set(SECRET, { metadata: { name: 'tls' }, data });
}
async function until(what: () => boolean): Promise<void> {
  while (!what()) await sleep(5);
}

function source(from: 'files' | 'secret', writeCaBundle = true, clock: Clock = { now: Date.now() }) {
  const problems: string[] = [];
  const changes: ServingCertificate[] = [];
  const made = createProvidedSource({
    client: api.client,
    webhook: 'galera-injector',
    name: NAME,
    place: from,
    read:
      from === 'files'
        ? fromDirectory(directory)
        : fromSecret({ client: api.client, namespace: 'galera-system', secret: 'tls' }),
    writeCaBundle,
    onProblem: (what) => problems.push(what),
    onRepair: () => undefined,
    pollMs: 20,
    firstPauseMs: 20,
    now: () => clock.now,
  });
  const start = () => made.start((pair) => changes.push(pair), stopping.signal);
  return { start, problem: () => made.problem(), inStep: () => made.inStep(), problems, changes };
}

describe.each(['files', 'secret'] as const)('a certificate provided in %s', (from) => {
  it('is served, published, and followed when it changes', async () => {
    const [first, second] = [await generatePair([NAME]), await generatePair([NAME])];
    put(first);
    const one = source(from);
    expect((await one.start()).certificate).toBe(first.certificate);
    expect(bundles(api)).toEqual([first.authority, first.authority]);
    put(second);
    await until(() => one.changes.length === 1);
    expect(one.changes[0]?.certificate).toBe(second.certificate);
    expect(bundles(api)[0]).toBe(second.authority);
    expect(one.problem()).toBeNull();
  });

  it.each<[string, (good: GeneratedPair) => Promise<ServingCertificate>]>([
    ['has the key of another', async (good) => ({ ...good, key: (await generatePair([NAME])).key })],
    ['is for another name', () => generatePair(['other.svc'])],
    ['has expired', () => generatePair([NAME], Date.now() - 4_000 * 24 * 3_600_000)],
    ['is half written', (good) => Promise.resolve({ ...good, certificate: good.certificate.slice(0, 200) })],
    ['lacks its authority', (good) => Promise.resolve({ ...good, authority: '' })],
  ])('never gives way to one that %s', async (_what, spoil) => {
    const good = await generatePair([NAME]);
    put(good);
    const one = source(from);
    await one.start();
    put(await spoil(good));
    await until(() => one.problems.length >= 2);
    expect(one.problems[0]).toMatch(new RegExp(`^${from}: .*; the certificate in use stays$`));
    expect([one.changes, one.problem(), bundles(api)[0]]).toEqual([[], null, good.authority]);
  });

  it('is waited for at the start, with what is missing', async () => {
    const one = source(from);
    const starting = one.start();
    await until(() => one.problems.length >= 2);
    expect(one.problem()).toBe('no certificate yet');
    expect(one.problems[0]).toContain(from);
    const good = await generatePair([NAME]);
    put(good);
    expect((await starting).certificate).toBe(good.certificate);
  });

  it('that expires while it is served makes the replica unready', async () => {
    put(await generatePair([NAME]));
    const clock: Clock = { now: Date.now() };
    const one = source(from, true, clock);
    await one.start();
    clock.now += 3_651 * 24 * 3_600_000;
    expect(one.problem()).toContain('the certificate expired');
  });
});

describe('a caBundle that somebody else writes', () => {
  it('is never written; a new certificate waits until the caBundle holds its authority', async () => {
    const [first, second] = [await generatePair([NAME]), await generatePair([NAME])];
    put(first);
    overwriteBundles(api, first.authority);
    const one = source('secret', false);
    await one.start();
    put(second);
    await until(() => one.problems.length > 0);
    expect(one.problems[0]).toContain('a new certificate waits, because the caBundle of galera-injector');
    expect([one.changes, one.problem(), one.inStep()]).toEqual([[], null, true]);
    overwriteBundles(api, second.authority + first.authority);
    await until(() => one.changes.length === 1);
    expect(one.changes[0]?.certificate).toBe(second.certificate);
    expect(api.seen.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('makes the replica unready while it holds neither authority', async () => {
    const first = await generatePair([NAME]);
    put(first);
    overwriteBundles(api, first.authority);
    const one = source('secret', false);
    await one.start();
    overwriteBundles(api, (await generatePair([NAME])).authority);
    await until(() => one.problem() !== null);
    expect([one.problem(), one.inStep()]).toEqual([
      'the caBundle of galera-injector does not fit: the certificate is not signed by its authority',
      false,
    ]);
  });
});
