/** The values that the coordinator decides over: what members report, what the API shows, what the record keeps. */

/** A Galera state uuid in its canonical lower-case form; never the zero uuid. */
export type StateUuid = string & { readonly brand: 'StateUuid' };

/** `00000000-…`: what Galera writes where it knows of no state. */
export const ZERO_UUID = '00000000-0000-0000-0000-000000000000';

/**
 * What a data directory holds, as its own start script found it.
 *
 * `unusable` is what an interrupted state transfer or first initialisation left: no data, and never "safe" (Galera counts
 * such a directory as safe to bootstrap; galera/src/saved_state.cpp). `unmarked` is a database that has never been part of
 * a cluster: rows, but no state uuid.
 *
 * `doubtful` data is whole for InnoDB, which gives uuid and seqno, while Galera has no word for it: it saves the zero uuid
 * for as long as a statement runs in total order isolation (galera/src/replicator_smm.cpp), so a crash inside any DDL
 * leaves that. It can be gone on with. It never forms its last view again: a server that starts on it asks for a state transfer.
 */
export type Data =
  | { readonly kind: 'empty' }
  | { readonly kind: 'unusable' }
  | { readonly kind: 'unmarked' }
  | {
      readonly kind: 'present';
      readonly uuid: StateUuid;
      /** -1 where the server cannot say. */
      readonly seqno: number;
      readonly safe: boolean;
      readonly doubtful: boolean;
    };

/** The last primary view that a member remembers (its `gvwstate.dat`). */
export interface View {
  readonly id: string;
  /** Own member uuid; two volumes that bear the same one are copies of each other. */
  readonly self: string;
  /** Number of its members. */
  readonly size: number;
}

/** What a start script says before it starts the server. */
export interface Report {
  readonly data: Data;
  readonly view: View | null;
  /** Whether the image can be told the state uuid to form a cluster under. */
  readonly identity: 'chosen' | 'reported';
}

/** A pod of the cluster as the API shows it now. */
export interface Member {
  /** Stable name of the member: survives its pod where its data does. */
  readonly name: string;
  readonly pod: string;
  readonly podUid: string;
  /** Order in which members are designated to form a new cluster; lowest first, compared element by element. */
  readonly rank: readonly (number | string)[];
  readonly scheduled: boolean;
  /** Condition Ready. */
  readonly ready: boolean;
  /** When that condition last changed, in milliseconds since the epoch; null when the API does not say. */
  readonly readySince: number | null;
  readonly terminating: boolean;
  readonly address: string | null;
  /** When `galera-init` started, in milliseconds since the epoch; null while it has not. */
  readonly initStarted: number | null;
  /** `galera-init` has ended: a coordinator has let the start script ask, so a record of this pod has existed. */
  readonly initDone: boolean;
  /** Whether the data outlives the pod. */
  readonly durable: boolean;
  /** Name of the machine; null before the pod is scheduled. */
  readonly machine: string | null;
  /** Number of members that the injection computed for the cluster; 0 where the pod does not say. */
  readonly size: number;
  /** The annotation `galera-injector.dev/bootstrap`: an order; `machines-off` also says that what vanished runs no more. */
  readonly order: Order | null;
}

/** A person's order that a pod must bootstrap. */
export type Order = 'now' | 'machines-off';

/** What a member was last told to do; null while it waits or has never asked. */
export type Told = 'join' | 'reform' | 'bootstrap' | null;

/** What the record keeps of one member. */
export interface MemberRecord {
  readonly pod: string;
  readonly podUid: string;
  readonly durable: boolean;
  /** The machine that its server was started on. */
  readonly machine: string | null;
  /** Valid until the member is told to start a server. */
  readonly report: Report | null;
  readonly told: Told;
  /** It has been Primary since it was told: its server is part of the last view as it is now. */
  readonly served: boolean;
  /** Whether its data directory may hold rows of this cluster. */
  readonly holdsData: boolean;
  /** The primary component in which it was last confirmed; null while that is not known. */
  readonly component: Component | null;
  /** Its own volume came to hold rows of this cluster, and it has not reported since that it holds none. */
  readonly joined: boolean;
  /** The member in whose primary component it was missed: what it holds is older than what that one holds. */
  readonly behind: string | null;
  /**
   * Set when another member was bootstrapped, until this one has been Primary since: its data is the cluster's
   * up to seqno `upTo` at most. `letIn`: it was told to join with data within that, so what it has got since is too.
   */
  readonly apart: { readonly upTo: number; readonly letIn: boolean } | null;
  /** Id of the view that it was told to form again, until it is told something else or is Primary. */
  readonly reforming: string | null;
  /** It was told to form its last view again, or somebody was bootstrapped, and it has not been Primary since. */
  readonly reformTried: boolean;
  /**
   * `readySince` of a pod that was Ready when it asked to start. A pod that asks runs no server, so this readiness is a
   * leftover: of the server before, or of the wait in a recovery, which passes the probes.
   */
  readonly readyLeftOver: number | null;
  /** Which start of its container was told last to form a view again: when it asks once more, the answer did not reach it. */
  readonly reformStart: string | null;
  /** Number of the last question taken from this pod; an older one comes from a call that was given up. */
  readonly asked: number;
  /** The last answer, for people: events and status. */
  readonly said: string;
}

/** A primary component as its members confirmed it: one confirmation is of all of them, so that they bear one number. */
export interface Component {
  readonly number: number;
  readonly size: number;
  /** What the cluster had confirmed when it came to be: members that parted then agree up to this seqno. */
  readonly from: number;
  /** When it was first confirmed, in milliseconds since the epoch. */
  readonly since: number;
}

/** A server whose pod is gone. */
export interface Vanished {
  readonly member: string;
  readonly podUid: string;
  readonly machine: string;
  /** What `MachineView.heard` was when the pod was first missed. */
  readonly heard: string | null;
}

/** What the control plane knows of a machine. */
export interface MachineView {
  /** Its Node is there and Ready. The control plane notices some 40 seconds late that it does not hear a kubelet. */
  readonly isReached: boolean;
  /** When its kubelet was heard last, as the kubelet wrote it; null where nothing says so. A later word is another text. */
  readonly heard: string | null;
}

/** What the Kubernetes API keeps of one cluster. */
export interface ClusterRecord {
  /** The state uuid of the cluster, chosen before it exists; null while unknown. */
  readonly uuid: StateUuid | null;
  /** A member has been Primary and Synced under `uuid`. */
  readonly formed: boolean;
  /** The pod that may bootstrap; at most one, and it moves only when that pod is gone or comes back itself. */
  readonly holder: { readonly member: string; readonly pod: string; readonly podUid: string } | null;
  /** Orders that are spent, as `UID ORDER`: obeyed, overtaken by another start, or given while a server had vanished. */
  readonly honoured: readonly string[];
  /**
   * Lowest seqno at which data of the cluster was bootstrapped: volumes that were never heard of, or filled by somebody else,
   * agree with it at most so far. Null where it has gone on without a bootstrap since it began empty.
   */
  readonly adoptedAt: number | null;
  /**
   * Highest seqno that a server of the cluster has confirmed to be committed and on its disk, or at which it was bootstrapped
   * since. Rows up to here exist: where no volume goes so far, the volumes are older copies or the newest is missing.
   */
  readonly confirmed: number;
  /**
   * Servers that were started and whose pods are gone, while their machine has not been heard since: they may run still. An
   * entry goes when the machine is heard, a primary component is confirmed, or a person says that it is off.
   */
  readonly vanished: readonly Vanished[];
  readonly members: Readonly<Record<string, MemberRecord>>;
}

/** Nothing known: no Lease exists. */
export const EMPTY_RECORD: ClusterRecord = {
  uuid: null,
  formed: false,
  holder: null,
  honoured: [],
  adoptedAt: null,
  confirmed: 0,
  vanished: [],
  members: {},
};

/** An answer to `start`. */
export type Answer =
  | { readonly kind: 'join'; readonly why: string }
  | { readonly kind: 'reform'; readonly why: string }
  | {
      readonly kind: 'bootstrap';
      readonly as: StateUuid | null;
      /** A person chose it: others hold rows that it does not have. */
      readonly byHand: boolean;
      readonly why: string;
    }
  /** `person`: it may end only when somebody acts; the sentence says how. */
  | { readonly kind: 'wait'; readonly why: string; readonly person?: true }
  /** Wait, and count as Ready meanwhile, so that an ordered controller creates the members that are waited for. */
  | { readonly kind: 'recover'; readonly why: string; readonly person?: true }
  | { readonly kind: 'refuse'; readonly why: string };

/** A decision: what to say, and the record that must be written before it is said. */
export interface Decided {
  readonly answer: Answer;
  readonly record: ClusterRecord;
}

/** Where a cluster and its record are, for the commands that a person is told. */
export interface Place {
  readonly namespace: string;
  readonly cluster: string;
  /** Namespace of the injector, which holds the record. */
  readonly recordNamespace: string;
}

/** Everything a decision depends on. */
export interface Situation {
  readonly record: ClusterRecord;
  /** Every pod of the cluster, the caller's included. */
  readonly members: readonly Member[];
  readonly caller: Member;
  readonly place: Place;
  /** Number of the question: a pod counts what it asks. */
  readonly ask: number;
  /** Which start of the database container asks; null where that is not said. */
  readonly start: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** By name, the machines of servers that were started and whose pods are gone. */
  readonly machines: ReadonlyMap<string, MachineView>;
  /** A uuid that has never been used: the identity of the cluster if this call forms a new one. */
  readonly freshUuid: StateUuid;
}
