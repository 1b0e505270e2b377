import { join } from 'node:path';
import type { Machine } from './addresses.ts';
import { apiserverPort, firstMachine, nodeIp, nodeName, podRange, serviceRange } from './addresses.ts';
import type { Layout } from './paths.ts';
import type { ProcessSpec } from './processes.ts';
import type { Programs } from './programs.ts';

export type ComponentName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kube-proxy'
  | 'containerd'
  | 'kubelet'
  | 'coredns'
  | 'volumes';

/** Start order; the tear-down goes the other way. */
export const componentNames: readonly ComponentName[] = [
  'containerd',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'coredns',
  'volumes',
];

/** The storage class of the cluster, its default, and the provisioner behind it. */
export const storageClass = { name: 'e2e-local', provisioner: 'galera-injector.dev/e2e-local' } as const;

// Two, not one: a peer address is needed though nobody else is there.
const etcdUrls = { client: 'http://127.0.0.1:12379', peer: 'http://127.0.0.1:12380' };

/** Program and arguments of one component on a machine, whose files are in `paths`. */
export function component(
  name: ComponentName,
  paths: Layout,
  programs: Programs,
  machine: Machine = firstMachine,
): ProcessSpec {
  if (name === 'containerd') {
    return { name, command: 'containerd', args: ['--config', join(paths.config, 'containerd.toml')] };
  }
  if (name === 'coredns') {
    return { name, command: programs.coredns, args: ['-conf', join(paths.config, 'Corefile')] };
  }
  return { name, command: programs.kubernetes, args: [name, ...componentArguments(name, paths, machine)] };
}

type Multicall = Exclude<ComponentName, 'containerd' | 'coredns'>;

function componentArguments(name: Multicall, paths: Layout, machine: Machine): string[] {
  const pki = (file: string): string => join(paths.pki, file);
  const client = `--kubeconfig=${pki(`${name.replace(/^kube-/, '')}.kubeconfig`)}`;
  switch (name) {
    case 'etcd':
      return etcdArguments(paths);
    case 'kube-apiserver':
      return apiserverArguments(paths, pki);
    case 'kube-controller-manager':
      return [
        client,
        '--bind-address=127.0.0.1',
        '--use-service-account-credentials',
        `--service-account-private-key-file=${pki('sa.key')}`,
        `--root-ca-file=${pki('ca.crt')}`,
        `--cluster-cidr=${podRange}`,
        '--allocate-node-cidrs=false',
        '--leader-elect=false',
      ];
    case 'kube-scheduler':
      return [client, '--bind-address=127.0.0.1', '--leader-elect=false'];
    case 'kube-proxy':
      return [
        client,
        `--hostname-override=${machine.nodeName}`,
        '--proxy-mode=iptables',
        `--cluster-cidr=${podRange}`,
        `--healthz-bind-address=${machine.nodeIp}:10256`,
        '--metrics-bind-address=127.0.0.1:10249',
        // The kernel's own limits stay: they may be read-only, and they are not ours to change.
        '--conntrack-max-per-core=0',
        '--conntrack-tcp-timeout-established=0',
        '--conntrack-tcp-timeout-close-wait=0',
      ];
    case 'kubelet':
      return [
        client,
        `--config=${join(paths.config, 'kubelet.json')}`,
        `--root-dir=${paths.kubelet}`,
        `--cert-dir=${pki('kubelet')}`,
        `--hostname-override=${machine.nodeName}`,
        `--node-ip=${machine.nodeIp}`,
      ];
    case 'volumes':
      return [
        client,
        `--class=${storageClass.name}`,
        `--provisioner=${storageClass.provisioner}`,
        `--directory=${paths.volumes}`,
      ];
  }
}

function etcdArguments(paths: Layout): string[] {
  return [
    `--name=${nodeName}`,
    `--data-dir=${paths.etcd}`,
    `--listen-client-urls=${etcdUrls.client}`,
    `--advertise-client-urls=${etcdUrls.client}`,
    `--listen-peer-urls=${etcdUrls.peer}`,
    `--initial-advertise-peer-urls=${etcdUrls.peer}`,
    `--initial-cluster=${nodeName}=${etcdUrls.peer}`,
    // A test cluster's state need not outlive the machine.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

function apiserverArguments(paths: Layout, pki: (file: string) => string): string[] {
  return [
    `--etcd-servers=${etcdUrls.client}`,
    `--bind-address=${nodeIp}`,
    `--advertise-address=${nodeIp}`,
    `--secure-port=${apiserverPort}`,
    `--service-cluster-ip-range=${serviceRange}`,
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    `--kubelet-client-certificate=${pki('apiserver-kubelet.crt')}`,
    `--kubelet-client-key=${pki('apiserver-kubelet.key')}`,
    // The node's name has no DNS entry; logs and exec dial its address.
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-signing-key-file=${pki('sa.key')}`,
    `--service-account-key-file=${pki('sa.pub')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    `--audit-policy-file=${join(paths.config, 'audit.json')}`,
    `--audit-log-path=${paths.auditLog}`,
    '--audit-log-maxsize=200',
    '--audit-log-maxbackup=2',
  ];
}
