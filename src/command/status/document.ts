/** Clusters for programs: what `status -o json` and `-o yaml` print (docs/command-line.md). */
import { OUTPUT_VERSION } from '../output.ts';
import type { ClusterStatus } from './summary.ts';

/** The clusters with their times in RFC 3339. */
export function statusDocument(clusters: readonly ClusterStatus[]): unknown {
  return {
    apiVersion: OUTPUT_VERSION,
    kind: 'ClusterStatusList',
    clusters: clusters.map((cluster) => ({
      ...timed(cluster),
      members: cluster.members.map(timed),
    })),
  };
}

function timed<T extends { readonly created: number | null }>(
  one: T,
): Omit<T, 'created'> & { created: string | null } {
  return { ...one, created: one.created === null ? null : new Date(one.created).toISOString() };
}
