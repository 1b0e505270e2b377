/** Entrypoints whose own server forms a group while they initialise a database (forming-entrypoint.sh says which). */
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FORMING_MARK } from '../directory.ts';
import type { RunningScript } from '../pod.ts';
import { until } from '../server.ts';
import type { RealNode } from './node.ts';
import { JOIN, realNodes, TIMEOUT, unavailable } from './nodes.ts';

const ENTRYPOINT = join(import.meta.dirname, 'forming-entrypoint.sh');

describe.skipIf(unavailable).each(['percona', 'kubernetes-examples', 'bitnami'])(
  'a real server with an entrypoint as that of %s',
  { timeout: TIMEOUT },
  (flavor) => {
    const { coordinator, first, second } = realNodes();

    beforeEach(async () => {
      coordinator().answers = ['bootstrap -', 'ok'];
      for (const { pod } of [first(), second()]) {
        await symlink(ENTRYPOINT, pod.path('bin/forming'));
        Object.assign(pod.environment, {
          GALERA_FLAVOR: flavor,
          IMITATE: flavor,
          HOLD: pod.path('hold'),
          WSREP_SST_METHOD: 'rsync',
        });
      }
    });

    function start(node: RealNode): RunningScript {
      if (flavor !== 'bitnami') return node.startBy('forming', 'mariadbd', ...node.options);
      node.pod.environment['MARIADB_EXTRA_FLAGS'] = node.options.join(' ');
      return node.startBy('forming');
    }

    it('is not Ready while it initialises, and begins again where it was killed there', async () => {
      const { pod } = first();
      await pod.write('hold', '');
      start(first());
      await until(() => pod.has('hold.reached')).toBe(true);
      for (const probe of ['ready', 'started', 'answers'])
        expect([probe, (await pod.probe(probe)).output]).toEqual([
          probe,
          expect.stringContaining('does not listen on port'),
        ]);
      await first().stop('SIGKILL');
      await pod.delete('hold');
      expect([pod.has(`data/${FORMING_MARK}`), pod.has('data/grastate.dat')]).toEqual([true, true]);

      coordinator().reset();
      coordinator().answers = ['bootstrap -', 'ok'];
      await first().reachSynced(start(first()));
      expect(coordinator().calls[0]?.fields).toMatchObject({ data: 'unusable' });
      expect(pod.has(`data/${FORMING_MARK}`)).toBe(false);
      await expect(first().sql('SELECT 1', '')).rejects.toThrow('Access denied');
      expect(await first().sql('SELECT 1')).toBe('1');
    });

    it('forms a cluster that others join and know by their addresses, and goes on with its data', async () => {
      await first().reachSynced(start(first()));
      await first().sql(
        "CREATE DATABASE shop; CREATE TABLE shop.t (m TEXT); INSERT INTO shop.t VALUES ('row')",
      );
      coordinator().answers = [JOIN, 'ok'];
      await second().reachSynced(start(second()));
      expect(await second().sql('SELECT m FROM shop.t')).toBe('row');
      const members = (await first().status('wsrep_incoming_addresses')).split(',');
      expect(members.toSorted()).toEqual(
        [first(), second()].map((node) => Object.values(node.at('sql')).join(':')).toSorted(),
      );
      await second().stop('SIGTERM');
      await first().stop('SIGKILL');

      coordinator().reset();
      coordinator().answers = ['bootstrap -', 'ok'];
      await first().reachSynced(start(first()));
      expect(coordinator().calls[0]?.fields).toMatchObject({ data: 'present' });
      expect(await first().sql('SELECT m FROM shop.t')).toBe('row');
    });
  },
);
