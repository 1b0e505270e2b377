/** The advice over one workload. Pure: the same workload gives the same advice, and nothing is touched. */
import { type Decision, plan, podOf, sentence, type Settings, type Warning } from '../injection/index.ts';
import { claimAdvice, type Claim } from './claims.ts';
import { labelAdvice } from './label.ts';
import { type Owner, readOwner, subjectOf } from './owner.ts';
import { passwordAdvice } from './password.ts';
import type { Advice, Found } from './reasons.ts';
import { rolloutAdvice } from './rollout.ts';

export { type Advice, ADVICE } from './reasons.ts';
export { type Claim, claimAdvice, readOwner };

/** What the manifest itself says, and the cluster whose other claims are to be looked at. */
export interface Advised {
  readonly advice: Found;
  /** Null where the pods would form or join no cluster. */
  readonly cluster: string | null;
}

/**
 * Decides what to tell whoever applies a workload: at most one sentence a reason. The pods are judged by the plan of
 * the injection itself, so that advice and admission cannot disagree.
 */
export function adviseOn(owner: Owner, settings: Settings): Advised {
  const aboutLabel = labelAdvice(owner);
  if (aboutLabel !== null) return { advice: aboutLabel, cluster: null };
  const context = { namespace: owner.namespace, workload: owner.workload, services: [] };
  const decision = plan(podOf(owner), context, settings);
  const advice = [...podAdvice(owner, decision), ...rolloutAdvice(owner), ...passwordAdvice(owner)];
  return { advice, cluster: decision.kind === 'inject' ? decision.cluster : null };
}

/** What the injection would say to the pods: their controller, which creates them, shows it to nobody. */
function podAdvice(owner: Owner, decision: Decision): Found {
  switch (decision.kind) {
    case 'skip':
      return [];
    case 'deny': {
      const message = `${subjectOf(owner)}: its pods would be refused: ${decision.message}`;
      return [{ reason: 'pods_refused', message: sentence(message) }];
    }
    case 'inject':
      return [
        ...decision.warnings.flatMap((warning) => aboutPods(owner, warning)),
        ...probeAdvice(owner, decision.warnings),
      ];
  }
}

function aboutPods(owner: Owner, { reason, message }: Warning): Found {
  if (reason === 'cluster_size_small' || reason === 'cluster_size_even') return [{ reason, message }];
  if (reason === 'wsrep_cluster_name_kept' || reason === 'members_not_authenticated')
    return [{ reason, message }];
  // The field cannot be changed later.
  if (reason === 'ordered_ready') return owner.isNew ? [{ reason, message }] : [];
  if (reason === 'entrypoint_left_out') {
    const left = 'its command leaves out the entrypoint, so that an empty directory is never initialised';
    return [{ reason, message: sentence(`${subjectOf(owner)}: ${left}`) }];
  }
  return reason === 'data_on_empty_dir' || reason === 'deployment_data' ? [dataAdvice(owner)] : [];
}

const KEPT_PROBES: Readonly<Partial<Record<Warning['reason'], string>>> = {
  startup_probe_believed: 'startup',
  readiness_probe_believed: 'readiness',
  liveness_probe_believed: 'liveness',
};

function probeAdvice(owner: Owner, warnings: readonly Warning[]): Found {
  const kept = warnings.flatMap(({ reason }) => KEPT_PROBES[reason] ?? []);
  if (kept.length === 0) return [];
  const message = `${subjectOf(owner)}: its own probes are kept (${kept.join(', ')}); explain says what they must do`;
  return [{ reason: 'probes_kept', message: sentence(message) }];
}

function dataAdvice(owner: Owner): Advice {
  const message =
    owner.kind === 'StatefulSet'
      ? 'no volume claim at the data directory, data goes with each pod; use volumeClaimTemplates'
      : 'data goes with its pods; a StatefulSet with volumeClaimTemplates keeps it';
  return { reason: 'data_not_kept', message: sentence(`${subjectOf(owner)}: ${message}`) };
}
