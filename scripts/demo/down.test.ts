import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeFromCluster } from './down.ts';
import { madeByDemo, type Target } from './target.ts';

let folder: string;
let target: Target;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-down-'));
  target = { kubectlPath: join(folder, 'kubectl'), helmPath: join(folder, 'helm'), context: 'mine' };
});
afterEach(() => rm(folder, { recursive: true }));

/** Puts programs in place that write down what they are called with and answer from files. */
async function clusterWith(
  namespaces: Record<string, object>,
  {
    release,
    pods = [],
    volumes = [],
  }: { release?: 'ours' | 'theirs'; pods?: object[]; volumes?: object[] } = {},
): Promise<void> {
  const podAnnotations = { 'galera-injector.dev/installed-by': 'demo' };
  const values = release === 'ours' ? { podAnnotations } : null;
  if (release !== undefined) await writeFile(join(folder, 'values'), JSON.stringify(values));
  for (const [name, labels] of Object.entries(namespaces))
    await writeFile(join(folder, name), JSON.stringify({ metadata: { labels } }));
  const leases = [{ metadata: { name: 'shop.db' } }];
  for (const [kind, items] of Object.entries({ pods, leases, persistentvolumeclaims: volumes }))
    await writeFile(join(folder, kind), JSON.stringify({ items }));
  const answer = `case "$3 $4" in
"get namespace") [ ! -f "${folder}/$5" ] || cat "${folder}/$5" ;;
"get pods" | "get leases" | "get persistentvolumeclaims") cat "${folder}/$4" ;;
"status galera-injector") [ -f "${folder}/values" ] && echo '{"info":{}}' || { echo 'release: not found' >&2; exit 1; } ;;
"get values") cat "${folder}/values" ;;
*) echo "\${0##*/} $*" >>"${folder}/changes" ;;
esac`;
  for (const program of ['kubectl', 'helm']) {
    await writeFile(join(folder, program), `#!/bin/sh\n${answer}\n`);
    await chmod(join(folder, program), 0o755);
  }
}

async function down(): Promise<{ changes: string[]; said: string }> {
  let said = '';
  await removeFromCluster(target, (text) => (said += text));
  const changes = await readFile(join(folder, 'changes'), 'utf8').catch(() => '');
  return { changes: changes.split('\n').filter(Boolean), said };
}

describe('the end of the demo in a cluster of the user', () => {
  const ours = { 'galera-demo': madeByDemo, 'galera-system': madeByDemo };
  const example = 'kubectl --context mine delete namespace galera-demo --timeout=170s';

  it('removes the example, then the injector', async () => {
    await clusterWith(ours, { release: 'ours', pods: [{ metadata: { namespace: 'galera-demo' } }] });
    expect((await down()).changes).toEqual([
      example,
      'helm --kube-context mine uninstall galera-injector -n galera-system --wait',
      'kubectl --context mine delete namespace galera-system --timeout=170s',
    ]);
  });

  it.each(['pods', 'volumes'])('leaves an injector that has a cluster with %s elsewhere', async (kind) => {
    await clusterWith(ours, { release: 'ours', [kind]: [{ metadata: { namespace: 'shop' } }] });
    const { changes, said } = await down();
    expect(changes).toEqual([example]);
    expect(said).toContain('shop has pods labelled galera=true or volumes');
  });

  it('leaves an injector and a namespace that somebody else made', async () => {
    await clusterWith({ 'galera-demo': {}, 'galera-system': { team: 'data' } }, { release: 'theirs' });
    const { changes, said } = await down();
    expect(changes).toEqual([]);
    expect(said).toContain('galera-demo was not made by the demo');
    expect(said).toContain('galera-injector was not installed by the demo');
  });

  it('removes its injector from a namespace that was there before', async () => {
    await clusterWith({ 'galera-system': { team: 'data' } }, { release: 'ours' });
    const { changes, said } = await down();
    expect(changes).toEqual([expect.stringContaining('uninstall galera-injector')]);
    expect(said).toContain('galera-system was not made by the demo');
  });

  it('says when there is nothing to remove', async () => {
    await clusterWith({});
    const { changes, said } = await down();
    expect(changes).toEqual([]);
    expect(said).toContain('There is no namespace galera-demo');
  });
});
