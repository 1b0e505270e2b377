import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUICK_MEMBERS, rotateMembers } from '../long/rotate-members.ts';
import { upgrade } from '../long/rotate.ts';
import { restrictedStatefulSet } from '../support/examples.ts';

// Such a server has no root to read its key for it, and none to own the file.
describe('certificates that last a minute, of members that do not run as root', () => {
  beforeAll(() => upgrade(QUICK_MEMBERS));
  afterAll(() => upgrade());

  it('change, and so do their authorities, without an ended connection, a failed write or a change of the view', async () => {
    const { leaves, authorities, faults } = await rotateMembers(await restrictedStatefulSet(), 2, 1);
    expect(faults).toEqual([]);
    expect(leaves).toBeGreaterThanOrEqual(2);
    expect(authorities).toBeGreaterThanOrEqual(1);
  });
});
