/** Everything that must be there before something can be measured. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { step, toStderr } from '../e2e/cluster/progress.ts';
import { nodeRuntimeFiles } from '../e2e/images/node-runtime.ts';
import { type GeneratedPair, generatePair } from '../src/tls/generate.ts';
import { type ApiObject, type FakeApi, startFakeApi } from '../test/kubernetes/fake-api.ts';
import type { Bench, Effort } from './bench.ts';
import { buildPrograms } from './builds.ts';
import { start } from './children.ts';
import { NAME } from './load/connection.ts';

/** Builds the programs and starts the stand-in of the API server and the process that makes the load. */
export async function prepare(folder: string, effort: Effort): Promise<Bench> {
  const node = join(await nodeRuntimeFiles(), 'usr/local/bin/node');
  const programs = await step(toStderr, 'Building', () => buildPrograms(folder));
  // All names that the product asks for: a start with another leaf in the Secret would make a new one first.
  const pair = await generatePair([NAME, `${NAME}.cluster.local`]);
  const pairFile = join(folder, 'pair.json');
  await writeFile(pairFile, JSON.stringify(pair));
  const api = await startFakeApi(objectsOf(pair));
  // Requests that were kept would fill this process during the load.
  api.seen.push = () => 0;
  const account = join(folder, 'account');
  const apiPort = await mountAccount(api, account);
  const loader = start(node, [programs.load]);
  return { effort, node, programs, loader, pairFile, authority: pair.authority, api, apiPort, account };
}

/** What the product reads: at its start, and for each review. */
function objectsOf(pair: GeneratedPair): Record<string, ApiObject> {
  const files = {
    'ca.crt': pair.authority,
    'ca.key': pair.authorityKey,
    'tls.crt': pair.certificate,
    'tls.key': pair.key,
  };
  const data = Object.entries(files).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return {
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/galera-injector': {
      metadata: { name: 'galera-injector' },
      webhooks: [{ name: 'mutate.galera-injector.dev', clientConfig: {} }],
    },
    '/api/v1/namespaces/galera-system/secrets/galera-injector-tls': {
      data: Object.fromEntries(data) as unknown,
    },
    '/apis/apps/v1/namespaces/shop/statefulsets/db': {
      metadata: { name: 'db' },
      spec: { replicas: 3, serviceName: 'db', podManagementPolicy: 'Parallel' },
    },
    '/api/v1/namespaces/shop/services/db': {
      metadata: { name: 'db' },
      spec: { clusterIP: 'None', ports: [{ port: 3306 }] },
    },
  };
}

/** Writes the files of a service account for the stand-in; its port. */
async function mountAccount({ kubeconfig }: FakeApi, folder: string): Promise<number> {
  const { clusters } = JSON.parse(await readFile(kubeconfig, 'utf8')) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  };
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  await mkdir(folder);
  await writeFile(join(folder, 'ca.crt'), Buffer.from(authority, 'base64'));
  await writeFile(join(folder, 'token'), 'token-of-the-bench');
  await writeFile(join(folder, 'namespace'), 'galera-system');
  return Number(new URL(server).port);
}
