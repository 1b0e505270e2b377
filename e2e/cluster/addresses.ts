/**
 * Addresses of the test cluster, all from 198.18.0.0/15, which RFC 2544 sets aside for benchmarks: no real
 * network uses it. The node's own address lies on the loopback device, so nothing of the cluster can be reached from
 * another machine.
 */
export const podRange = '198.18.0.0/16';
export const serviceRange = '198.19.0.0/16';

/** Pods get addresses from the lower half of `podRange`; the node's address is in the upper half. */
export const podSubnet = '198.18.0.0/17';
export const nodeIp = '198.18.255.254';
export const kubernetesServiceIp = '198.19.0.1';

export const nodeName = 'e2e';
export const networkName = 'galera-e2e';
export const apiserverPort = 6443;
