/** Real servers that call each other by IPv6 addresses. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issue } from '../../../src/authority/issue.ts';
import { addressIn, IPV6 } from './node.ts';
import { realNodes, TIMEOUT, unavailable } from './nodes.ts';

const DAY = 24 * 3_600_000;
const LIVES = { leaf: 60 * DAY, authority: 3_650 * DAY, overlap: 7 * DAY };
const ROOT = { id: '0a0b0c0d', born: Date.now() - 8 * DAY, secret: Buffer.alloc(32, 7) };

const run = promisify(execFile);
const address = (verb: 'replace' | 'delete', number: number) =>
  run('ip', ['-6', 'address', verb, `${addressIn(IPV6, number)}/128`, 'dev', 'lo']);

const why = existsSync('/proc/net/if_inet6') ? null : 'this machine has no IPv6';
if (why !== null) process.stderr.write(`tests of members with IPv6 addresses are skipped: ${why}\n`);

describe.skipIf(unavailable || why !== null)('members with IPv6 addresses', { timeout: TIMEOUT }, () => {
  const { coordinator, first, second } = realNodes(IPV6);

  beforeAll(async () => {
    for (const number of [0, 1]) await address('replace', number);
  });
  afterAll(async () => {
    for (const number of [0, 1]) await address('delete', number);
  });

  describe.each(['on', 'off'])('with TLS %s', (tls) => {
    beforeEach(async () => {
      if (tls === 'off') return;
      for (const [node, name] of [[first(), 'db-0'] as const, [second(), 'db-1'] as const]) {
        const subject = { namespaceUid: 'n-1', cluster: 'db', names: ['galera-member', name], addresses: [] };
        await node.speakTls(await issue(subject, [ROOT], Date.now(), LIVES));
      }
    });

    it.each(['mariabackup', 'rsync'])('send each other transfers, the whole ones by %s', async (method) => {
      const options = [`--wsrep-sst-method=${method}`];
      await first().startSynced(...options);
      await first().sql(
        "CREATE DATABASE shop; CREATE TABLE shop.t (m TEXT); INSERT INTO shop.t VALUES ('row')",
      );
      const joining = [`join [${addressIn(IPV6, 0)}]`, 'ok'];
      coordinator().answers = [...joining];
      await second().startSynced(...options);
      await second().stop('SIGTERM');
      await first().sql("INSERT INTO shop.t VALUES ('more')");
      coordinator().answers = [...joining];
      await second().startSynced(...options);
      expect(await second().sql('SELECT COUNT(*) FROM shop.t')).toBe('2');
    });
  });
});
