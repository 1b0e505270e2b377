import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './addresses.ts';
import { apiserverPort, kubernetesServiceIp, nodeIp, nodeName } from './addresses.ts';
import type { Layout } from './paths.ts';
import { run } from './run.ts';

/** One certificate: the identity that Kubernetes reads from its subject. */
interface Identity {
  readonly file: string;
  readonly user: string;
  readonly group?: string;
  /** Only the serving certificate has them. */
  readonly altNames?: string;
}

const identities: readonly Identity[] = [
  {
    file: 'apiserver',
    user: 'kube-apiserver',
    altNames: `DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:localhost,IP:${kubernetesServiceIp},IP:${nodeIp}`,
  },
  { file: 'apiserver-kubelet', user: 'apiserver-kubelet', group: 'system:masters' },
  { file: 'admin', user: 'admin', group: 'system:masters' },
  { file: 'controller-manager', user: 'system:kube-controller-manager' },
  { file: 'scheduler', user: 'system:kube-scheduler' },
  { file: 'proxy', user: 'system:kube-proxy' },
  { file: 'kubelet', user: `system:node:${nodeName}`, group: 'system:nodes' },
  // CoreDNS and the volume provisioner run beside the cluster, not in it.
  { file: 'coredns', user: 'coredns', group: 'system:masters' },
  { file: 'volumes', user: 'volumes', group: 'system:masters' },
];

const days = '3650';
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes the cluster's authority, every component's certificate and kubeconfig, and the service-account key. */
export async function writePki(paths: Layout): Promise<void> {
  await mkdir(paths.pki, { recursive: true, mode: 0o700 });
  const at = (name: string): string => join(paths.pki, name);
  await openssl(
    ['req', '-x509', ...newKey, '-days', days, '-subj', '/CN=galera-injector-e2e'],
    ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ['-keyout', at('ca.key'), '-out', at('ca.crt')],
  );
  await openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at('sa.key')]);
  await openssl(['ec', '-in', at('sa.key'), '-pubout', '-out', at('sa.pub')]);
  for (const identity of identities) {
    await writeCertificate(at, identity);
    await writeKubeconfig(paths, identity.file, at(`${identity.file}.kubeconfig`));
  }
  await writeKubeconfig(paths, 'admin', paths.kubeconfig);
}

/**
 * Gives a further machine what it needs to take part: the authority's certificate, kube-proxy's kubeconfig, and one for its
 * kubelet, signed by the cluster's authority.
 */
export async function writeMachinePki(
  cluster: Layout,
  own: Layout,
  { nodeName: node }: Machine,
): Promise<void> {
  const file = `kubelet-${node}`;
  const at = (name: string): string => join(cluster.pki, name);
  await mkdir(own.pki, { recursive: true, mode: 0o700 });
  await writeCertificate(at, { file, user: `system:node:${node}`, group: 'system:nodes' });
  await writeKubeconfig(cluster, file, join(own.pki, 'kubelet.kubeconfig'));
  for (const name of ['ca.crt', 'proxy.kubeconfig']) await copyFile(at(name), join(own.pki, name));
}

async function writeCertificate(at: (name: string) => string, identity: Identity): Promise<void> {
  const { file, user, group, altNames } = identity;
  const subject = `${group === undefined ? '' : `/O=${group}`}/CN=${user}`;
  const request = at(`${file}.csr`);
  const extensions = [
    'basicConstraints=CA:FALSE',
    `extendedKeyUsage=${altNames === undefined ? 'clientAuth' : 'serverAuth'}`,
    ...(altNames === undefined ? [] : [`subjectAltName=${altNames}`]),
  ];
  await writeFile(at(`${file}.ext`), `${extensions.join('\n')}\n`);
  await openssl(['req', ...newKey, '-subj', subject, '-keyout', at(`${file}.key`), '-out', request]);
  await openssl(
    ['x509', '-req', '-in', request, '-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial'],
    ['-days', days, '-extfile', at(`${file}.ext`), '-out', at(`${file}.crt`)],
  );
}

async function openssl(...args: readonly string[][]): Promise<void> {
  await run('openssl', args.flat());
}

/** Writes a kubeconfig that holds its certificates, so that it can be copied anywhere on this machine. */
async function writeKubeconfig(paths: Layout, identity: string, output: string): Promise<void> {
  const base64 = async (name: string): Promise<string> =>
    (await readFile(join(paths.pki, name))).toString('base64');
  const name = 'galera-injector-e2e';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: `https://${nodeIp}:${apiserverPort}`,
          'certificate-authority-data': await base64('ca.crt'),
        },
      },
    ],
    users: [
      {
        name: identity,
        user: {
          'client-certificate-data': await base64(`${identity}.crt`),
          'client-key-data': await base64(`${identity}.key`),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: identity } }],
    'current-context': name,
  };
  // JSON is YAML.
  await writeFile(output, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}
