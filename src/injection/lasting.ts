/** Pods that are no members because they do not last, or because nobody knows how many they are. */
import type { Wishes } from './annotations.ts';
import { hasOrdinals } from './cluster-name.ts';
import { controllerOf, makesEndingPods } from './controller.ts';
import { member } from './json.ts';
import { CLUSTER_LABEL, OPT_IN_LABEL, PREFIX } from './names.ts';
import type { ContainerView, PodView } from './pod.ts';
import { Refusal } from './refusal.ts';
import { quoted } from './text.ts';
import type { Context } from './types.ts';

/**
 * Refuses a pod that is to end, as that of a backup: the others would wait for it, at the first start and after an
 * outage. Its restartPolicy tells it without a word from the API, since that allows a Job no other value than these two.
 *
 * @throws Refusal `pod_ends`
 */
export function refuseEnding(pod: PodView): void {
  const controller = controllerOf(pod.json);
  const deadline = member(pod.spec, 'activeDeadlineSeconds') ?? null;
  const policy = member(pod.spec, 'restartPolicy');
  // The policy of a container wins over that of its pod: which container counts is not known yet.
  const isOpen = pod.containers.some(({ json }) => typeof member(json, 'restartPolicy') === 'string');
  if (controller !== null && makesEndingPods(controller))
    throw ending(pod, isEnding(policy) ? `restartPolicy is ${quoted(policy)}, so it` : 'it', LASTING);
  if (deadline !== null)
    throw ending(pod, `spec.activeDeadlineSeconds is ${quoted(deadline)}, so it`, 'take that field out');
  if (isEnding(policy) && !isOpen) throw ending(pod, `restartPolicy is ${quoted(policy)}, so it`, LASTING);
}

/** Refuses a pod whose database container is not started again when it ends. @throws Refusal `pod_ends` */
export function refuseEndingServer(pod: PodView, { name, json }: ContainerView): void {
  const own = member(json, 'restartPolicy') ?? null;
  const policy = own ?? member(pod.spec, 'restartPolicy');
  if (!isEnding(policy)) return;
  const of = own === null ? '' : ` of container ${quoted(name)}`;
  const remedy = own === null ? LASTING : 'take it out';
  throw ending(pod, `restartPolicy${of} is ${quoted(policy)}, so it`, remedy);
}

/** Rules of a container may start it again after some exit codes, and leave it ended after the others. */
function isEnding(policy: unknown): boolean {
  return policy === 'Never' || policy === 'OnFailure';
}

const LASTING = 'make it restartPolicy: Always in a StatefulSet';

function ending(pod: PodView, why: string, remedy: string): Refusal {
  const controller = controllerOf(pod.json);
  const of = controller === null ? '' : ` of ${controller.kind} ${quoted(controller.name)}`;
  return new Refusal(
    'pod_ends',
    `The pod${of} cannot be a member: ${why} ends, and the others would wait for it; take the label ${OPT_IN_LABEL} off its template, ` +
      `or ${remedy}`,
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
