/** Where the pod runs and how it is found: soft anti-affinity, host name, label and annotation. */
import { member, objects } from './json.ts';
import { CLUSTER_LABEL, INJECTED_ANNOTATION } from './names.ts';
import { setMembers } from './operations.ts';
import type { Contribution, Target } from './target.ts';

/** Asks the scheduler to keep members on different nodes, unless the pod says anything about its placement. */
export function antiAffinity({ pod, cluster }: Target): Contribution {
  const affinity = member(pod.spec, 'affinity');
  const spread = objects(pod.spec, 'topologySpreadConstraints', 'spec.topologySpreadConstraints');
  if ((affinity !== undefined && affinity !== null) || spread.length > 0) return {};
  const podAffinityTerm = {
    labelSelector: { matchLabels: { [CLUSTER_LABEL]: cluster.name } },
    topologyKey: 'kubernetes.io/hostname',
  };
  const value = {
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] },
  };
  return {
    operations: setMembers(pod.json, ['spec'], { affinity: value }),
    provenance: [{ what: 'pod anti-affinity', value: 'preferred, by host name', source: 'the injection' }],
  };
}

/** Gives the pod the host name and subdomain its member name is made of. */
export function hostFields({ pod, membership }: Target): Contribution {
  const { hostFields: fields, membersSource } = membership;
  return {
    operations: setMembers(pod.json, ['spec'], fields),
    provenance: Object.entries(fields).map(([what, value]) => ({ what, value, source: membersSource })),
  };
}

/** Marks the pod as a member of its cluster and as injected, with the version that did it. */
export function metadata({ pod, cluster, settings }: Target): Contribution {
  const labelled = member(pod.labels, CLUSTER_LABEL) !== undefined;
  return {
    operations: [
      ...(labelled ? [] : setMembers(pod.json, ['metadata', 'labels'], { [CLUSTER_LABEL]: cluster.name })),
      ...setMembers(pod.json, ['metadata', 'annotations'], { [INJECTED_ANNOTATION]: settings.version }),
    ],
    provenance: [{ what: `label ${CLUSTER_LABEL}`, value: cluster.name, source: cluster.source }],
  };
}
