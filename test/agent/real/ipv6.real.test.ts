/** Real servers that call each other by IPv6 addresses. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressIn, IPV6 } from './node.ts';
import { memberPair, realNodes, TIMEOUT, unavailable } from './nodes.ts';

const run = promisify(execFile);
const address = (verb: 'replace' | 'delete', number: number) =>
  run('ip', ['-6', 'address', verb, `${addressIn(IPV6, number)}/128`, 'dev', 'lo']);

const why = existsSync('/proc/net/if_inet6') ? null : 'this machine has no IPv6';
if (why !== null) process.stderr.write(`tests of members with IPv6 addresses are skipped: ${why}\n`);

describe.skipIf(unavailable || why !== null)('members with IPv6 addresses', { timeout: TIMEOUT }, () => {
  const { coordinator, first, second, formed } = realNodes(IPV6);

  beforeAll(async () => {
    for (const number of [0, 1]) await address('replace', number);
  });
  afterAll(async () => {
    for (const number of [0, 1]) await address('delete', number);
  });

  describe.each(['on', 'off'])('with TLS %s', (tls) => {
    beforeEach(async () => {
      if (tls === 'off') return;
      await first().speakTls(await memberPair('db-0'));
      await second().speakTls(await memberPair('db-1'));
    });

    it.each(['mariabackup', 'rsync'])('send each other transfers, the whole ones by %s', async (method) => {
      const options = [`--wsrep-sst-method=${method}`];
      await formed(...options);
      await second().startSynced(...options);
      await second().stop('SIGTERM');
      await first().sql("INSERT INTO shop.t VALUES ('more')");
      coordinator().answers = [`join [${addressIn(IPV6, 0)}]`, 'ok'];
      await second().startSynced(...options);
      expect(await second().sql('SELECT COUNT(*) FROM shop.t')).toBe('2');
    });
  });
});
