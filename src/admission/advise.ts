/** From a parsed review of a workload to advice: read who else claims the cluster, let the advice decide. */
import { type Advice, adviseOn, type Claim, claimAdvice, readOwner } from '../advice/index.ts';
import type { Settings } from '../injection/index.ts';
import type { AdmissionRequest } from './review.ts';

/** Reads whose pods are in a cluster. @throws when the API cannot be read */
export type ReadClaims = (namespace: string, cluster: string) => Promise<readonly Claim[]>;

/** `group/version/kind` of the workloads that are looked at. */
const KINDS: Readonly<Record<string, string>> = {
  'apps/v1/StatefulSet': 'StatefulSet',
  'apps/v1/Deployment': 'Deployment',
  'apps/v1/ReplicaSet': 'ReplicaSet',
  '/v1/ReplicationController': 'ReplicationController',
};

/** The advice over one admission request; none for anything but a workload that is created or updated. */
export async function advise(
  request: AdmissionRequest,
  readClaims: ReadClaims,
  settings: Settings,
): Promise<readonly Advice[]> {
  const { operation, subResource, namespace, object } = request;
  const kind = Object.hasOwn(KINDS, request.kind) ? KINDS[request.kind] : undefined;
  if (kind === undefined || subResource !== '' || !['CREATE', 'UPDATE'].includes(operation)) return [];
  const owner = readOwner(kind, namespace, object, operation === 'CREATE');
  if (owner === null) return [];
  const { advice, cluster } = adviseOn(owner, settings);
  if (cluster === null) return advice;
  // Advice that cannot be checked is not given.
  const claims = await readClaims(namespace, cluster).catch(() => []);
  return [...advice, ...claimAdvice(owner, cluster, claims)];
}
