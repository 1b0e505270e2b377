/** The account by which a donor reads its own server, under users of the container and of the database that are not the image's. */
import { describe, expect, it } from 'vitest';
import { realNodes, TIMEOUT, unavailable } from './nodes.ts';

/** As OpenShift gives them: they have no name in the container. */
const NAMELESS = 1_000_920_000;
/** What an option file and a shell could trip over. */
const PASSWORD = String.raw`a'b"c\d #e;f$g:h `;

describe.skipIf(unavailable)('a real transfer by mariabackup', { timeout: TIMEOUT }, () => {
  const { first, second, formed } = realNodes();

  it.each([
    ['1000', 1000, 'secret'],
    ['without a name', NAMELESS, 'secret'],
    ['without a name, and a password with every quote', NAMELESS, PASSWORD],
  ])('reaches a joiner where the servers run as a user %s', async (_which, uid, password) => {
    for (const node of [first(), second()]) {
      await node.runAs(uid);
      node.pod.environment['MARIADB_ROOT_PASSWORD'] = password;
    }
    await formed();
    await second().startSynced();
    expect(await second().sql('SELECT m FROM shop.t')).toBe('row');
    expect(await first().modeOf('galera/my.cnf')).toMatch(/^600 /);
  });

  it.each([['mysql'], ['root']])(
    'reaches a joiner from a database that came without the account, with %s as first user',
    async (user) => {
      await first().install();
      if (user === 'mysql') for (const node of [first(), second()]) await node.dropRoot();
      await formed();
      await second().startSynced();
      expect(await second().sql('SELECT m FROM shop.t')).toBe('row');
    },
  );
});
