import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admitting, type Load, noAdmissions, underLoad } from '../long/admissions.ts';
import { canKill } from '../long/restart.ts';
import { noFindings, restartAndKill } from '../long/spans.ts';
import { type Api, connectApi } from '../support/api.ts';
import { createNamespace } from '../support/kubectl.ts';

const WORKERS = 4;

let load: Load;
let remove: () => Promise<void>;
let api: Api;
beforeAll(async () => {
  const { name: namespace, remove: clean } = await createNamespace('restarts');
  remove = clean;
  api = await connectApi(WORKERS);
  load = { admit: admitting(api), namespace, workers: WORKERS };
});
afterAll(async () => {
  api.close();
  await remove();
});

describe('while pods are created without pause', () => {
  it('three rolling restarts fail no admission', async () => {
    const found = noFindings();
    await restartAndKill(load, 3, 0, found);
    expect(found.restarted.admissions.created).toBeGreaterThan(0);
    expect(found.restarted.admissions.failures).toEqual([]);
  });

  it('the SIGKILL of one replica and then of the other refuses pods at most, and lets none through as it is', async (context) => {
    if (!(await canKill())) context.skip('the replicas do not run on this machine, so they cannot be killed');
    const found = noFindings();
    await restartAndKill(load, 0, 2, found);
    expect(found.killed.admissions.created).toBeGreaterThan(0);
    for (const failure of found.killed.admissions.failures)
      expect(failure).toContain('failed calling webhook');
  });

  it('all are admitted afterwards', async () => {
    const counts = noAdmissions();
    await underLoad(load, counts, () => Promise.resolve());
    expect([counts.created, counts.failures]).toEqual([WORKERS, []]);
  });
});
