/** What two servers report that are Primary under one uuid, because something behind the start script has bootstrapped one. */
import { rm, writeFile } from 'node:fs/promises';
import { expect, it, describe } from 'vitest';
import { CLUSTER, JOIN, realNodes, TIMEOUT, unavailable } from './nodes.ts';
import { ENTRYPOINT, type RealNode } from './node.ts';

describe.skipIf(unavailable)(
  'two real servers that are Primary beside each other',
  { timeout: TIMEOUT },
  () => {
    const { coordinator, first, second, formed } = realNodes();

    /** Lets the image's entrypoint begin a cluster at each start, whatever it is told. */
    async function bootstrapAlways(node: RealNode): Promise<void> {
      const path = node.pod.path('bin/docker-entrypoint.sh');
      const force = `sed -i 's/bootstrap: 0/bootstrap: 1/' ${node.pod.path('data/grastate.dat')}`;
      await rm(path);
      await writeFile(path, `#!/bin/bash\n${force}\nexec ${ENTRYPOINT} "$@" --wsrep-new-cluster\n`, {
        mode: 0o755,
      });
    }

    it('report one uuid, and members that do not name each other', async () => {
      await formed();
      await second().startSynced();
      await second().stop('SIGTERM');
      await bootstrapAlways(second());
      // The first one reports that its view has changed, sooner or later.
      coordinator().reset();
      coordinator().answers = [JOIN, 'ok'];
      await second().startSynced();
      const components = new Set(
        coordinator().confirmed.map(({ fields }) => `${fields['uuid']} ${fields['members']}`),
      );
      expect(components).toContain(`${CLUSTER} ${second().at('sql').host}:${second().at('sql').port}`);
      expect([...components].filter((one) => one.includes(','))).toEqual([]);
      expect(await first().status('wsrep_cluster_size')).toBe('1');
    });
  },
);
