/** Servers that something starts which hands no arguments on. */
import { describe, expect, it } from 'vitest';
import { CLUSTER, JOIN, realNodes, TIMEOUT, unavailable } from './nodes.ts';

describe.skipIf(unavailable)('real servers behind the text of a shell', { timeout: TIMEOUT }, () => {
  const { coordinator, first, second } = realNodes();

  it('form a cluster under the chosen uuid, and join it', async () => {
    await first().reachSynced(await first().startBehindShell());
    coordinator().answers = [JOIN, 'ok'];
    await second().reachSynced(await second().startBehindShell());
    expect(await second().status('wsrep_cluster_size')).toBe('2');
    expect(await second().status('wsrep_cluster_state_uuid')).toBe(CLUSTER);
  });
});
