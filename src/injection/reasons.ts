/**
 * The closed vocabulary of outcomes and warnings. A key is what machines see (metrics, audit annotations, logs), its
 * sentence is what the documentation says about it.
 */
export const REASONS = {
  // Outcomes that leave the pod as it is.
  not_labelled: 'The pod does not carry the label galera with the value "true".',
  mirror_pod: 'The pod mirrors a static pod of a kubelet, which admission cannot change.',
  already_injected: 'The pod carries the injection already.',

  // The outcome that changes it.
  injected: 'The pod becomes a node of a Galera cluster.',

  // Outcomes that refuse it.
  malformed_pod: 'A field that the injection reads does not have the type the Pod API gives it.',
  no_containers: 'The pod has no container.',
  container_not_found: 'The annotation names a container that the pod does not have.',
  container_ambiguous: 'The database container cannot be told from the others.',
  container_name_taken: 'The pod has an init container galera-init that the injector did not write.',
  mount_path_taken: 'The pod mounts something of its own at a path that the injection needs.',
  data_mount_unusable: 'The mount of the data directory cannot be repeated in the init container.',
  data_claim_shared: 'Two servers could open one data directory, and the second would ruin it.',
  image_without_galera: 'The image holds a database server without the Galera API (wsrep).',
  image_unknown: 'No flavor recognises the image, and no annotation names its flavor.',
  annotation_invalid: 'An annotation of the injector has a value outside its allowed form.',
  bootstrap_at_creation:
    'The annotation bootstrap is an order for a pod that exists; no new pod may carry it.',
  cluster_name_invalid: 'The name of the cluster cannot be part of the names of its Services.',
  cluster_name_missing: 'Neither a label, an owner nor a name says which cluster the pod belongs to.',
  not_the_server: 'The command of the container runs another program than the server.',
  pod_ends: 'The pod is to end, as that of a Job does, and the others would wait for a member that ends.',
  owner_unread: 'The controller of the pod cannot be read, and the pod does not say what that would tell.',
  size_unknown: 'The controller of the pod does not say how many pods it has, and the pod does not either.',
  size_out_of_range: 'The workload asks for more members than a Galera cluster sensibly has.',
  bootstrap_hidden: 'A container could bootstrap a cluster by itself, where nothing can keep it from that.',
  windows_pod: 'The pod asks for a Windows node, and the database images are Linux images.',

  // Warnings beside an injection.
  annotation_unknown: 'An annotation with the prefix of the injector is none of those it knows.',
  environment_kept: 'The pod sets a variable that the injection would set; the value of the pod stays.',
  wsrep_cluster_name_kept:
    'The pod sets wsrep_cluster_name itself, and a cluster of another namespace may have the same.',
  address_replaced:
    'A bare gcomm:// would start a cluster of its own and is replaced by the computed address.',
  command_unknown: 'The command of the container is not known to start the server.',
  argument_dropped: 'An argument or a variable decides what the coordinator decides; it is dropped.',
  entrypoint_left_out: 'The command leaves out the entrypoint, which initialises an empty directory.',
  size_ignored: 'The annotation size is for single pods; the replicas of the workload count.',
  node_count_ignored: 'NUM_NODES is not a number of members and is not used.',
  root_password_expected:
    'The pod uses envFrom, so the root password is expected there and none is generated.',
  data_on_empty_dir: 'The data directory is an emptyDir or an ephemeral volume and goes with the pod.',
  deployment_data: 'Pods of this workload get a new name and an empty data directory each time.',
  cluster_size_even: 'A cluster of this size loses its quorum with half of its members.',
  cluster_size_small: 'A cluster of fewer than three members has no majority after a failure.',
  members_not_authenticated:
    'The members speak no TLS with each other, so whoever reaches one of them can join the cluster.',
  startup_probe_believed: 'The startup probe of the pod decides how long the first state transfer may take.',
  readiness_probe_believed: 'The readiness probe of the pod decides when its member counts as Ready.',
  liveness_probe_believed: 'The liveness probe of the pod decides when its server is restarted.',
  ordered_ready: 'OrderedReady creates members one at a time, which slows the recovery of a whole cluster.',
  port_name_taken: 'A port name of the injection is used for another port; the port is added without a name.',
  flavor_unproven: 'The flavor of the image has not been run end to end by this project yet.',
  host_network_names:
    'With hostNetwork the names of other members resolve only under ClusterFirstWithHostNet.',
  service_not_headless:
    'The Service of the StatefulSet is not headless, so members may lack names of their own.',
} as const;

/** A key of the vocabulary. */
export type Reason = keyof typeof REASONS;
