/** Before all tests: a cluster, the image, the chart. After them: nothing is left of what was made here. */
import { join } from 'node:path';
import { buildImage } from '../../scripts/image.ts';
import { bootCluster, type Clients, connectCluster, endCluster } from '../cluster/index.ts';
import { installServer } from '../cluster/prerequisites.ts';
import { toStderr } from '../cluster/progress.ts';
import { installChart, uninstallChart } from './install.ts';

/** Uses the cluster of KUBECONFIG when that is set, else boots one. E2E_KEEP=yes leaves everything running. */
export default async function setup(): Promise<() => Promise<void>> {
  const own = (process.env['KUBECONFIG'] ?? '') === '';
  const { archive } = await buildImage();
  const clients = own ? await bootAndLoad(archive) : await connectCluster();
  if (!own) toStderr('KUBECONFIG is set: the image must already be on the nodes of that cluster.\n');
  process.env['KUBECONFIG'] = clients.kubeconfig;
  process.env['E2E_KUBECTL'] = clients.kubectlPath;
  process.env['E2E_HELM'] = clients.helmPath;
  process.env['E2E_BOOTED'] = own ? 'yes' : 'no';
  await installChart(join(import.meta.dirname, '..', '..', 'charts', 'galera-injector'));
  return async () => {
    if (process.env['E2E_KEEP'] === 'yes') return;
    await (own ? endCluster() : uninstallChart());
  };
}

async function bootAndLoad(archive: string): Promise<Clients> {
  const cluster = await bootCluster();
  // Some tests run the start script on real data directories outside any pod.
  await installServer(toStderr);
  process.env['GALERA_REAL_SERVER'] = '1';
  await cluster.loadImage(archive);
  return cluster;
}
