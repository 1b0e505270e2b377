/**
 * Addresses of the test cluster, all from 198.18.0.0/15, which RFC 2544 sets aside for benchmarks: no real
 * network uses it. The first node's own address lies on the loopback device, so nothing of the cluster can be reached
 * from outside this machine.
 */
export const podRange = '198.18.0.0/16';
export const serviceRange = '198.19.0.0/16';

/** One machine of the cluster, as its Node, kubelet and pods know it. */
export interface Machine {
  readonly nodeName: string;
  readonly nodeIp: string;
  /** Its pods get addresses from here. */
  readonly podSubnet: string;
}

export const nodeName = 'e2e';
export const nodeIp = '198.18.255.254';

/** The machine that the tests run on. Its pods are in the lower half of `podRange`; all else is in the upper half. */
export const firstMachine: Machine = { nodeName, nodeIp, podSubnet: '198.18.0.0/17' };

/** A machine in network, process and mount namespaces of its own, which tests start when they need it. */
export const secondMachine: Machine = {
  nodeName: 'e2e-2',
  nodeIp: '198.18.255.253',
  podSubnet: '198.18.128.0/24',
};

export const kubernetesServiceIp = '198.19.0.1';
export const networkName = 'galera-e2e';
export const apiserverPort = 6443;
