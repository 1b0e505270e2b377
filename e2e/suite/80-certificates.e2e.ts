import { afterAll, describe, expect, it } from 'vitest';
import { drift, healBundle, healSecret } from '../long/heals.ts';
import { rotate, slowDown, speedUp, upgrade } from '../long/rotate.ts';

describe('self-managed certificates', () => {
  it('come back with the same authority when their Secret is deleted', async () => {
    await expect(healSecret()).resolves.toBeTypeOf('number');
  });

  it('have their caBundle repaired when it is overwritten', async () => {
    await expect(healBundle()).resolves.toBeTypeOf('number');
  });

  it('show no drift: an upgrade keeps the caBundle, and a server-side apply would change nothing', async () => {
    expect(await drift(() => upgrade())).toEqual({ diff: '', kept: true });
  });

  describe('that change every few seconds', () => {
    afterAll(slowDown);

    it('fail no admission, and no call of a pod whose authority is valid', async () => {
      await speedUp();
      const { admissions, callFaults } = await rotate(3, 2);
      expect(admissions.created).toBeGreaterThan(0);
      expect([admissions.failures, callFaults]).toEqual([[], []]);
    });
  });
});
