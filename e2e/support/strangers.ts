/** Pods of another namespace that want into a cluster, or only its rows. */
import { X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { databaseContainer, nodeStatus, sql } from './galera.ts';
import { apply, get, kubectl, pods } from './kubectl.ts';
import { lonePod } from './lone-pod.ts';

/** What a stranger proves itself with, in PEM. */
export interface Proof {
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
}

/** Where the pods of a stranger mount its Secret. */
const PROOF = '/proof';

/** The name that every message of a cluster has. */
export async function clusterName(namespace: string): Promise<string> {
  const [pod] = await pods(namespace, 'app=db');
  if (pod === undefined) throw new Error('the cluster has no pod');
  const statement = "SHOW VARIABLES LIKE 'wsrep_cluster_name'";
  const said = await sql(namespace, pod.metadata?.name ?? '', databaseContainer(pod), statement);
  return said.trim().split('\t')[1] ?? '';
}

/** What a member of a cluster proves itself with: an attacker who took it over could carry that off. */
export async function proofOf(namespace: string, pod: string): Promise<Proof> {
  return {
    certificate: await keyFile(namespace, pod, 'tls.crt'),
    key: await keyFile(namespace, pod, 'tls.key'),
    authorities: await keyFile(namespace, pod, 'ca.crt'),
  };
}

/** The certificate that a member proves itself with. */
export async function certificateOf(namespace: string, pod: string): Promise<X509Certificate> {
  return new X509Certificate(await keyFile(namespace, pod, 'tls.crt'));
}

function keyFile(namespace: string, pod: string, name: string): Promise<string> {
  const file = `/galera-tls/keys/current/${name}`;
  return kubectl(['exec', '-n', namespace, pod, '-c', 'mariadb', '--', 'cat', file]);
}

/** Starts a server without the injection that wants to join the members of that namespace; null is one without TLS. */
export async function startServer(
  elsewhere: string,
  name: string,
  target: { readonly namespace: string; readonly cluster: string },
  proof: Proof | null,
): Promise<void> {
  const files = ['cert', 'key', 'ca'].map((what) => `socket.ssl_${what}=${PROOF}/${what}.pem`);
  const options = [
    '--wsrep-on=ON',
    '--wsrep-provider=/usr/lib/galera/libgalera_smm.so',
    `--wsrep-cluster-address=gcomm://db-0.db.${target.namespace}.svc`,
    '--wsrep-sst-method=rsync',
    '--binlog-format=ROW',
    `--wsrep-cluster-name=${target.cluster}`,
    ...(proof === null ? [] : [`--wsrep-provider-options=socket.ssl=YES;${files.join(';')}`]),
  ];
  await startPod(elsewhere, name, ['docker-entrypoint.sh', 'mariadbd', ...options], proof);
}

/**
 * Starts a pod that calls ports of members again and again, as one that sends a joiner its own rows or wants some, and
 * keeps what it hears.
 */
export async function startCaller(
  elsewhere: string,
  name: string,
  hosts: readonly string[],
  proof: Proof | null,
): Promise<void> {
  const own = `,cert=${PROOF}/cert.pem,key=${PROOF}/key.pem`;
  const call =
    proof === null ? 'TCP:$1:$2,connect-timeout=2' : `OPENSSL:$1:$2,connect-timeout=2,verify=0${own}`;
  // A stream as the donor's program makes it, with one file.
  const script = `
cd /tmp && echo stranger >stranger && mbstream -c stranger >stream
call() { while :; do socat -t 1 - "${call}" <stream >>heard 2>/dev/null && echo >>taken; sleep 0.2; done; }
for host in ${hosts.join(' ')}; do for port in 4444 4568; do call $host $port & done; done
wait
`;
  await startPod(elsewhere, name, ['bash', '-c', script], proof);
}

/** The number of bytes that callers have heard of members. */
export async function heardBy(elsewhere: string, names: readonly string[]): Promise<readonly number[]> {
  const counts = names.map((name) =>
    kubectl(['exec', '-n', elsewhere, name, '--', 'sh', '-c', 'wc -c </tmp/heard']),
  );
  return (await Promise.all(counts)).map(Number);
}

/** The largest number of members that any node sees within so many seconds. */
export async function largestSize(namespace: string, seconds: number): Promise<number> {
  const end = Date.now() + seconds * 1_000;
  let largest = 0;
  while (Date.now() < end) {
    const nodes = await Promise.all(
      (await pods(namespace, 'app=db')).map((pod) => nodeStatus(namespace, pod)),
    );
    largest = Math.max(largest, ...nodes.map(({ size }) => size));
    if (largest > 3) break;
    await sleep(1_000);
  }
  return largest;
}

/** The number of the view that a member is in. */
export async function viewOf(namespace: string, name: string): Promise<string> {
  return (await nodeStatus(namespace, await get<V1Pod>(namespace, 'pod', name))).view;
}

async function startPod(
  namespace: string,
  name: string,
  command: string[],
  proof: Proof | null,
): Promise<void> {
  const files = { 'cert.pem': proof?.certificate, 'key.pem': proof?.key, 'ca.pem': proof?.authorities };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: files };
  const env = [{ name: 'MARIADB_ROOT_PASSWORD', value: 'stranger' }];
  const volumeMounts = [{ name: 'proof', mountPath: PROOF }];
  const pod = lonePod(name, { command, env, volumeMounts }, [
    { name: 'proof', secret: { secretName: name } },
  ]);
  await apply(namespace, [secret, pod].map((one) => JSON.stringify(one)).join('\n---\n'));
}
