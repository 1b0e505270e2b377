/** Pods that are no members because they do not last, or because nobody knows how many they are. */
import type { Wishes } from './annotations.ts';
import { hasOrdinals } from './cluster-name.ts';
import { controllerOf, makesEndingPods } from './controller.ts';
import { member } from './json.ts';
import { CLUSTER_LABEL, OPT_IN_LABEL, PREFIX } from './names.ts';
import type { PodView } from './pod.ts';
import { Refusal } from './refusal.ts';
import { quoted } from './text.ts';
import type { Context } from './types.ts';

/**
 * Refuses a pod that is to end, as that of a backup: the others would wait for it, at the first start and after an
 * outage. The field tells it without a word from the API, since that allows a Job no other value than these two.
 *
 * @throws Refusal `pod_ends`
 */
export function refuseEnding(pod: PodView): void {
  const policy = member(pod.spec, 'restartPolicy');
  const controller = controllerOf(pod.json);
  const isOfJob = controller !== null && makesEndingPods(controller);
  if (policy !== 'Never' && policy !== 'OnFailure' && !isOfJob) return;
  const of = controller === null ? '' : ` of ${controller.kind} ${quoted(controller.name)}`;
  const why = isOfJob && typeof policy !== 'string' ? 'it' : `restartPolicy is ${quoted(policy)}, so it`;
  throw new Refusal(
    'pod_ends',
    `The pod${of} cannot be a member: ${why} ends, and the others would wait for it; take the label ${OPT_IN_LABEL} off its template, ` +
      `or make it restartPolicy: Always in a StatefulSet`,
  );
}

/**
 * Refuses a pod whose controller does not say how many there are, unless the pod does. Where the controller could not
 * be read, what owns it is not known either, so the pod has to name its cluster too.
 *
 * @throws Refusal `owner_unread`, `size_unknown`
 */
export function refuseUncounted(pod: PodView, wishes: Wishes, { workload }: Context): void {
  if (workload === null || hasOrdinals(workload) || workload.replicas !== null) return;
  const subject = `${workload.kind} ${quoted(workload.name)}`;
  const size = `annotation ${PREFIX}size`;
  if (workload.unread !== undefined) {
    if (wishes.size !== undefined && member(pod.labels, CLUSTER_LABEL) !== undefined) return;
    throw new Refusal(
      'owner_unread',
      `${subject} cannot be read: set label ${CLUSTER_LABEL} and ${size}, ` +
        `or let the injector read it (chart value controllers): ${workload.unread}`,
    );
  }
  if (wishes.size !== undefined) return;
  throw new Refusal(
    'size_unknown',
    `${subject} does not say how many pods it has: set ${size}, or use a StatefulSet, whose pods keep name and data`,
  );
}
