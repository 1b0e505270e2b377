/** Two clusters of one name, each in its own namespace, of which one is given an address of the other. */
import { describe, expect, it } from 'vitest';
import { wsrepClusterName } from '../../../src/injection/index.ts';
import type { RealNode } from './node.ts';
import { CLUSTER, JOIN, realNodes, TIMEOUT, unavailable } from './nodes.ts';

function setName(node: RealNode, namespace: string): void {
  node.pod.environment['WSREP_CLUSTER_NAME'] = wsrepClusterName(namespace, 'db');
}

describe.skipIf(unavailable)(
  'a server that reaches a cluster of another namespace',
  { timeout: TIMEOUT },
  () => {
    const { coordinator, first, second } = realNodes();

    it('does not join it, and takes no data from it', async () => {
      setName(first(), 'prod');
      setName(second(), 'staging');
      await first().startSynced();
      // A node that reaches nobody of its cluster gives up after half a minute.
      second().pod.environment['GALERA_PROVIDER_OPTIONS'] = 'pc.wait_prim_timeout=PT3S';
      coordinator().answers = [JOIN, 'ok'];
      const { log } = await second().start().finished;
      expect(log).toContain('failed to reach primary view');
      expect(
        await second()
          .pod.read('data/grastate.dat')
          .catch(() => ''),
      ).not.toContain(CLUSTER);
      expect(await first().status('wsrep_cluster_size')).toBe('1');
      expect(await first().status('wsrep_cluster_status')).toBe('Primary');
    });
  },
);
