import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/injection/index.ts';
import { createMetrics, type MembersReading, observeMembers } from '../../src/telemetry/metrics.ts';
import { operationsOf, POD, reviewOf, startWebhook, type Webhook } from '../hostile/webhook.ts';
import { samples, valueOf } from './samples.ts';

const CONTEXT: Context = { namespace: 'shop', workload: null, services: [] };
const reviews = (decision: string, reason: string) =>
  valueOf(webhook.metrics, 'galera_injector_reviews_total', { decision, reason });

let webhook: Webhook;
beforeEach(async () => (webhook = await startWebhook()));
afterEach(() => webhook.close());

describe('a review', () => {
  it('counts under its decision and reason, with its duration', async () => {
    await webhook.post(reviewOf());
    expect(await reviews('inject', 'injected')).toBe(1);
    const count = 'galera_injector_request_duration_seconds_count';
    expect(await valueOf(webhook.metrics, count, { endpoint: 'mutate' })).toBe(1);
  });

  it('has its patch measured as the JSON it is', async () => {
    const reply = await webhook.post(reviewOf());
    const bytes = JSON.stringify(operationsOf(reply)).length;
    expect(await valueOf(webhook.metrics, 'galera_injector_patch_bytes_sum')).toBe(bytes);
  });

  it('without a patch leaves the sizes of patches alone', async () => {
    await webhook.post(reviewOf({ ...POD, metadata: { labels: {} } }));
    expect(await valueOf(webhook.metrics, 'galera_injector_patch_bytes_count')).toBe(0);
  });

  it('is in flight until it is answered', async () => {
    const inFlight = () =>
      valueOf(webhook.metrics, 'galera_injector_requests_in_flight', { endpoint: 'mutate' });
    let during: number | undefined;
    webhook.readContext = async () => {
      during = await inFlight();
      return CONTEXT;
    };
    await webhook.post(reviewOf());
    expect(during).toBe(1);
    expect(await inFlight()).toBe(0);
  });

  it.each([
    ['is no review', () => webhook.post({}), 'bad_review'],
    ['is turned away', () => webhook.send('/mutate', { body: 'x' }), 'turned_away'],
    ['cannot be decided without the API', () => withoutApi(), 'context_unreadable'],
  ])('that %s counts under that, and is no panic', async (_what, send, reason) => {
    await send();
    expect(await reviews('error', reason)).toBe(1);
    expect(await valueOf(webhook.metrics, PANICS, { endpoint: 'mutate' })).toBe(0);
  });

  it('that makes the injector fail counts as a panic, and is logged without the pod', async () => {
    webhook.readContext = () => Promise.resolve({ ...CONTEXT, services: null } as unknown as Context);
    const reply = await webhook.post(reviewOf());
    expect(reply.status).toBe(500);
    expect(await reviews('error', 'internal')).toBe(1);
    expect(await valueOf(webhook.metrics, PANICS, { endpoint: 'mutate' })).toBe(1);
    expect(JSON.parse(webhook.lines.at(-1) ?? '')).toMatchObject({ level: 'error', reason: 'internal' });
  });
});

const PANICS = 'galera_injector_panics_total';

function withoutApi() {
  webhook.readContext = () => Promise.reject(new Error('the API is away'));
  return webhook.post(reviewOf());
}

describe('the series that alerts watch', () => {
  it.each([
    [PANICS, { endpoint: 'mutate' }],
    [PANICS, { endpoint: 'other' }],
    ['galera_injector_reviews_total', { decision: 'error', reason: 'internal' }],
    ['galera_injector_coordinator_person_needed_total', { reason: 'OlderCopies' }],
    ['galera_injector_coordinator_calls_total', { call: 'start', answer: 'refuse' }],
  ])('%s %j is there before its first event, at 0', async (name, labels) => {
    expect(await valueOf(createMetrics('1.2.3'), name, labels)).toBe(0);
  });

  it('say which version runs', async () => {
    const labels = { version: '1.2.3', node: process.version };
    expect(await valueOf(createMetrics('1.2.3'), 'galera_injector_build_info', labels)).toBe(1);
  });

  it('measure durations from one millisecond on', async () => {
    const metrics = createMetrics('1.2.3');
    metrics.duration.observe({ endpoint: 'mutate' }, 0.0005);
    const bounds = (await samples(metrics)).flatMap(({ name, labels }) =>
      name === 'galera_injector_request_duration_seconds_bucket' ? [labels['le']] : [],
    );
    expect(bounds.slice(0, 3)).toEqual([0.001, 0.0025, 0.005]);
  });
});

describe('the certificates of the members', () => {
  const EXPIRY = 'galera_injector_member_certificate_expiry_timestamp_seconds';
  const AUTHORITY = 'galera_injector_member_authority_expiry_timestamp_seconds';

  it('have a series for each pod that is known, and none for one that is not any more', async () => {
    let reading: MembersReading = {
      ends: [{ namespace: 'shop', cluster: 'db', pod: 'db-0', end: 1_800_000_000_000 }],
      authority: 1_900_000_000_000,
    };
    const metrics = createMetrics('1.2.3');
    observeMembers(metrics.registry, () => reading);
    expect(await valueOf(metrics, EXPIRY, { namespace: 'shop', cluster: 'db', pod: 'db-0' })).toBe(
      1_800_000_000,
    );
    expect(await valueOf(metrics, AUTHORITY)).toBe(1_900_000_000);
    reading = { ends: [], authority: null };
    expect(await valueOf(metrics, EXPIRY)).toBeUndefined();
    expect(await valueOf(metrics, AUTHORITY)).toBeUndefined();
  });
});
