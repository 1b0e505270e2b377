/**
 * The values that the injection decides over. Everything here is plain data: no clock, no network, no environment.
 */
import type { Operation as JsonPatchOperation } from 'fast-json-patch';
import type { ImageRule } from './flavors/rules.ts';
import type { Reason } from './reasons.ts';

/** JSON as it arrived. Pods stay raw so that fields this code has never heard of survive untouched. */
export type JsonObject = { readonly [key: string]: unknown };

/** An operation of RFC 6902; the injection emits `add`, and `replace` for the two cases the design names. */
export type Operation = Extract<JsonPatchOperation, { op: 'add' | 'replace' }>;

/** The controller that stands behind a pod and decides how many members the cluster has. */
export type Workload = OrdinalWorkload | ReplicaWorkload;

/** One that gives its pods ordinals: a StatefulSet of Kubernetes or of OpenKruise. */
export interface OrdinalWorkload {
  readonly kind: 'StatefulSet';
  readonly name: string;
  readonly replicas: number;
  /** Empty when the set names none. */
  readonly serviceName: string;
  /** `spec.ordinals.start`, 0 unless set. */
  readonly firstOrdinal: number;
  readonly podManagementPolicy: 'OrderedReady' | 'Parallel';
  /** Ordinals that the controller leaves out; none where absent. */
  readonly reserved?: readonly number[];
}

/** One whose pods have names that nobody can foretell: a Deployment, a Rollout, a CloneSet, a DaemonSet. */
export interface ReplicaWorkload {
  readonly kind: string;
  readonly name: string;
  /** Null where the controller gives no number, as a DaemonSet, or it could not be read. */
  readonly replicas: number | null;
  /** Why it could not be read, e.g. `HTTP 403: …`; absent where it was. */
  readonly unread?: string;
}

/** What the injection needs to know of a Service: its name and the ports it exposes. */
export interface ServiceSummary {
  readonly name: string;
  /** `clusterIP: None`. */
  readonly headless: boolean;
  readonly ports: readonly number[];
}

/** What a pod does not say itself and the API does. */
export interface Context {
  readonly namespace: string;
  /** The owner, a ReplicaSet already replaced by what it belongs to; null for a bare Pod. */
  readonly workload: Workload | null;
  /** All Services of the namespace. */
  readonly services: readonly ServiceSummary[];
  /**
   * Where running pods keep their data, those of other namespaces too if they may have it as well; absent where no volume
   * of the pod can be another's.
   */
  readonly dataInUse?: readonly DataInUse[];
}

/** A directory that a server writes in. */
export interface DataPlace {
  /** What it is in, comparable as text: a claim, a share, or the file system of a node. */
  readonly store: string;
  /** Its absolute path there, normalised. */
  readonly path: string;
}

/** Where a running pod keeps its data. */
export interface DataInUse {
  readonly namespace: string;
  readonly pod: string;
  readonly places: readonly DataPlace[];
  /** Name of its node; null before it is scheduled. */
  readonly node: string | null;
  readonly labels: JsonObject;
  /** Uid of the controller that made it. */
  readonly controller: string | null;
}

/** What the injector's own configuration contributes. No pod can change any of it. */
export interface Settings {
  /** Version of the injector, written into the `injected` annotation. */
  readonly version: string;
  /** Reference of the injector's own image, used by the init container. */
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** `host:port` of the coordinator, reachable from every namespace, e.g. `galera-injector.galera-system.svc:443`. */
  readonly coordinator: string;
  /** Flavors of images by their names, e.g. of mirrors; none where absent. */
  readonly images?: readonly ImageRule[];
  /** PEM of the authority that signs the coordinator's certificate. */
  readonly certificateAuthority: string;
  /** Of the injected container; left out: INJECTED_DEFAULTS. */
  readonly injected?: InjectedSettings;
}

/** How the injected container fits into namespaces that ask something of it. */
export interface InjectedSettings {
  /** Empty: those of the database container. */
  readonly resources: JsonObject;
  /** What follows the pod is added to it, unless it is set here. */
  readonly securityContext: JsonObject;
  /** Names of Secrets in the pod's namespace by which the image is pulled. */
  readonly imagePullSecrets: readonly string[];
}

/** One value of the injection and where it comes from, for `explain`. */
export interface Provenance {
  /** What is set, e.g. `env WSREP_CLUSTER_ADDRESS` or `port 4567`. */
  readonly what: string;
  readonly value: string;
  /** A phrase that completes "from …", e.g. `StatefulSet db: 3 replicas, service db`. */
  readonly source: string;
}

/** One sentence for the user, with the reason it belongs to. */
export interface Warning {
  readonly reason: Reason;
  readonly message: string;
}

/** The outcome for one pod. */
export type Decision =
  | { readonly kind: 'skip'; readonly reason: Reason; readonly message: string }
  | { readonly kind: 'deny'; readonly reason: Reason; readonly message: string }
  | {
      readonly kind: 'inject';
      readonly reason: Reason;
      readonly cluster: string;
      /** The computed address, `gcomm://…`. */
      readonly address: string;
      readonly operations: readonly Operation[];
      readonly warnings: readonly Warning[];
      readonly provenance: readonly Provenance[];
    };
