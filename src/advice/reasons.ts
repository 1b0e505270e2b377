/**
 * The closed vocabulary of advice at the workload. A key is what machines see (metrics, audit annotations, logs), its
 * sentence is what the documentation says about it.
 */
export const ADVICE = {
  // The label does not ask for the injection.
  label_on_owner: 'The label galera is on the workload itself and not on its pods, so they are not injected.',
  label_value:
    'The label galera of the pods has another value than the text "true", so they are not injected.',

  // The pods are to be injected.
  pods_refused: 'The injection would refuse the pods as they are written, so none would be created.',
  cluster_claimed: 'Another workload has pods in the cluster of this name already.',
  cluster_size_small: 'A cluster of fewer than three members has no majority after a failure.',
  cluster_size_even: 'A cluster of this size loses its quorum with half of its members.',
  data_not_kept: 'No volume claim keeps the data directory of the pods.',
  wsrep_cluster_name_kept:
    'The pods set wsrep_cluster_name themselves, and a cluster of another namespace may have the same.',
  members_not_authenticated:
    'The members speak no TLS with each other, so whoever reaches one of them can join the cluster.',
  ordered_ready: 'OrderedReady creates members one at a time, which slows the recovery of a whole cluster.',
  probes_kept:
    'Probes of the pods are kept in place of those that know state transfers, outages and a lost quorum.',
  entrypoint_left_out: 'The command leaves out the entrypoint, which initialises an empty directory.',
  surge: 'Each rollout of the Deployment would add a member to the cluster and take one away.',
  password_literal: 'A password stands in the manifest as plain text.',
} as const;

/** A key of the vocabulary. */
export type AdviceReason = keyof typeof ADVICE;

/** One sentence for whoever applies the workload, with the reason it belongs to. */
export interface Advice {
  readonly reason: AdviceReason;
  readonly message: string;
}

/** Advice, or none. */
export type Found = readonly Advice[];
