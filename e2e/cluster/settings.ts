import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './addresses.ts';
import { firstMachine, networkName, nodeIp, nodeName } from './addresses.ts';
import type { Layout } from './paths.ts';

/** The sandbox image; `e2e/images/pause.ts` builds it. */
export const pauseImage = 'registry.k8s.io/pause:3.10';

/** Writes the configuration files that the components of the first machine read. */
export async function writeSettings(paths: Layout, cniPlugins: string): Promise<void> {
  await writeMachineSettings(paths, cniPlugins, firstMachine);
  await writeFile(join(paths.config, 'audit.json'), json(auditPolicy()));
  await writeFile(join(paths.config, 'Corefile'), corefile(paths));
}

/** What a kubelet is told beyond what all have in common, in the words of its configuration. */
export interface KubeletExtras {
  readonly cgroupRoot?: string;
  readonly registerWithTaints?: readonly { key: string; value: string; effect: 'NoSchedule' }[];
}

/** Writes the configuration files of a machine's container runtime and kubelet. */
export async function writeMachineSettings(
  paths: Layout,
  cniPlugins: string,
  machine: Machine,
  extras: KubeletExtras = {},
): Promise<void> {
  await mkdir(join(paths.config, 'cni'), { recursive: true });
  const write = (name: string, text: string): Promise<void> => writeFile(join(paths.config, name), text);
  await write('containerd.toml', containerdConfig(paths, cniPlugins));
  await write('cni/10-e2e.conflist', json(cniConfig(paths, machine)));
  await write('kubelet.json', json({ ...kubeletConfig(paths, machine), ...extras }));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function containerdConfig(paths: Layout, cniPlugins: string): string {
  return `version = 2
root = "${paths.containerdRoot}"
state = "${paths.containerdState}"
[grpc]
  address = "${paths.containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # Without CAP_SYS_RESOURCE nobody may lower an OOM score, and runc fails when it tries.
  restrict_oom_score_adj = true
  # Network namespaces are mounts; below the state folder the tear-down finds them.
  netns_mounts_under_state_dir = true
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "${cniPlugins}"
  conf_dir = "${join(paths.config, 'cni')}"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  Root = "${join(paths.containerdState, 'runc')}"
`;
}

/**
 * A point-to-point link for each pod. On a bridge two pods would speak past the host's connection tracking, and answers
 * behind a Service would come from the wrong address wherever br_netfilter is not loaded.
 */
function cniConfig(paths: Layout, { podSubnet }: Machine): unknown {
  return {
    cniVersion: '0.4.0',
    name: networkName,
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        mtu: 1400,
        ipam: {
          type: 'host-local',
          dataDir: paths.cniNetworks,
          ranges: [[{ subnet: podSubnet }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

function kubeletConfig(paths: Layout, machine: Machine): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: machine.nodeIp,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(paths.pki, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${paths.containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    clusterDNS: [nodeIp],
    clusterDomain: 'cluster.local',
    // A pod asks only the cluster's DNS, which answers for the cluster alone.
    resolvConf: '',
    maxPods: 250,
    podLogsDir: paths.podLogs,
    volumePluginDir: join(paths.root, 'volume-plugins'),
    serializeImagePulls: false,
    // The machine's disk is not ours: its fill level must neither evict pods nor collect the imported images.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
      'imagefs.inodesFree': '0%',
    },
    serverTLSBootstrap: false,
    tlsMinVersion: 'VersionTLS12',
    healthzBindAddress: machine.nodeIp,
    registerNode: true,
  };
}

/**
 * Every request but the control plane's own reading, at Metadata: that shows webhook annotations too. Of Leases what is
 * written to them.
 */
function auditPolicy(): unknown {
  const components = [
    'system:apiserver',
    'system:kube-controller-manager',
    'system:kube-scheduler',
    'system:kube-proxy',
  ];
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      {
        level: 'None',
        users: [...components, `system:node:${nodeName}`, 'coredns'],
        verbs: ['get', 'list', 'watch'],
      },
      { level: 'None', nonResourceURLs: ['/*'] },
      { level: 'None', userGroups: ['system:nodes'], resources: [{ group: 'coordination.k8s.io' }] },
      {
        level: 'Request',
        verbs: ['create', 'update'],
        resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }],
      },
      { level: 'Metadata' },
    ],
  };
}

function corefile(paths: Layout): string {
  return `cluster.local:53 in-addr.arpa:53 {
  bind ${nodeIp}
  errors
  cache 5
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${join(paths.pki, 'coredns.kubeconfig')}
    ttl 5
  }
}
`;
}
