/** From a parsed review of a workload to advice: read who else claims the cluster, let the advice decide. */
import { type Advice, adviseOn, type Claim, claimAdvice, readOwner } from '../advice/index.ts';
import type { Settings } from '../injection/index.ts';
import type { AdmissionRequest } from './review.ts';

/** Reads whose pods are in a cluster. @throws when the API cannot be read */
export type ReadClaims = (namespace: string, cluster: string) => Promise<readonly Claim[]>;

/** The advice over one admission request; none for anything but a workload that is created or updated. */
export async function advise(
  request: AdmissionRequest,
  readClaims: ReadClaims,
  settings: Settings,
): Promise<readonly Advice[]> {
  const { operation, subResource, namespace, object } = request;
  const [group = '', version = '', kind = ''] = request.kind.split('/');
  if (subResource !== '' || !['CREATE', 'UPDATE'].includes(operation)) return [];
  const typed = { ...object, apiVersion: group === '' ? version : `${group}/${version}` };
  const owner = readOwner(kind, namespace, typed, operation === 'CREATE');
  if (owner === null) return [];
  const { advice, cluster } = adviseOn(owner, settings);
  if (cluster === null) return advice;
  // Advice that cannot be checked is not given.
  const claims = await readClaims(namespace, cluster).catch(() => []);
  return [...advice, ...claimAdvice(owner, cluster, claims)];
}
