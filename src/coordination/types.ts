/** The values that the coordinator decides over: what members report, what the API shows, what the record keeps. */
import type { Reason } from './reasons.ts';
import type { Stamp } from './stamp.ts';

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
  /** Those of its other IP families. */
  readonly otherAddresses: readonly string[];
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
  /** Whether its pod wants the members to speak TLS with each other. */
  readonly tls: boolean;
  /** Whether its certificate is the user's own, which members with one of the injector's do not trust, nor it theirs. */
  readonly ownCertificate: boolean;
  /** The image of its server; empty where the pod does not say. */
  readonly image: string;
  /** The annotation `galera-injector.dev/bootstrap`: an order; `machines-off` also says that what vanished runs no more. */
  readonly order: Order | null;
}

/** A person's order that a pod must bootstrap. */
export type Order = 'now' | 'machines-off';

/** What a start script can be told to do with its server. */
export type StartedAs = 'join' | 'reform' | 'bootstrap';

/** What the record knows of the server of a member. Only `decide/transitions.ts` changes it. */
export type MemberState =
  /** No word since its pod came, or it has no pod: no server that anybody let start runs there. */
  | { readonly kind: 'unheard' }
  /** Its start script has asked and starts nothing before it is answered. */
  | { readonly kind: 'waiting'; readonly report: Report }
  /**
   * It was let start, and runs or has crashed and will report. `component`: the generation in which another one has confirmed it
   * since; `view`: the last view that it was told to form again.
   */
  | {
      readonly kind: 'started';
      readonly as: StartedAs;
      readonly component: number | null;
      readonly view: string | null;
    }
  /** It has said that it is Primary, in the component of that generation; null where nobody knows all members of that. */
  | { readonly kind: 'primary'; readonly component: number | null }
  /** It has said that it is Primary, beside the cluster or with rows that the cluster has gone on without. */
  | { readonly kind: 'parted' };

/** Of which time a volume is: `since` -1 is of none that is known, `until` -1 of before all. */
export interface Rows {
  /** It has everything that the cluster had when this generation began, because its own server has said so then. */
  readonly since: number;
  /** Its server has not run later than in this generation, so that it has nothing of later ones. Runs it, it may have all. */
  readonly until: number;
  /**
   * The generation that stood beside the data when its agent was heard last; -1 for none. A copy of earlier has a lower
   * one.
   */
  readonly stamp: number;
  /** This record has let its server start on the data that is there. */
  readonly told: boolean;
}

/** What the record keeps of one member. */
export interface MemberRecord {
  readonly pod: string;
  readonly podUid: string;
  readonly durable: boolean;
  /** The machine that its server was started on. */
  readonly machine: string | null;
  readonly state: MemberState;
  /** What its own volume may hold of this cluster; null for nothing. */
  readonly rows: Rows | null;
  /** The last view that it needs no more: it was told to form it again, in that start of its container, or was bootstrapped after it. */
  readonly spentView: { readonly id: string; readonly start: string | null } | null;
  /**
   * `readySince` of a pod that was Ready when it asked to start. A pod that asks runs no server, so this readiness is a
   * leftover: of the server before, or of the wait in a recovery, which passes the probes.
   */
  readonly staleReadiness: number | null;
  /** Number of the last question taken from this pod; an older one comes from a call that was given up. */
  readonly asked: number;
  /** The last answer, for events and status. */
  readonly said: Said | null;
}

/** An answer as the record keeps it. */
export interface Said {
  readonly kind: Answer['kind'] | 'ready' | 'restart';
  readonly reason: Reason;
  readonly why: string;
}

/**
 * A stretch of the cluster's history. It begins with a bootstrap, with a change of the primary component that a member has
 * confirmed, or when a member is missed.
 */
export interface Generation {
  readonly number: number;
  /** What the cluster had confirmed when it began: members that parted then agree up to this seqno. */
  readonly from: number;
  /** Members of its primary component. */
  readonly size: number;
  /** When it began, in milliseconds since the epoch; 0 where the record has learnt of it. */
  readonly at: number;
  /** It goes on from a volume or component that may have lacked rows of others: those of earlier ones agree with it at most up to `from`. */
  readonly isFork: boolean;
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
  /**
   * Orders that are spent, as `UID ORDER`: carried out, overtaken by another start, or given while a server served or had
   * vanished.
   */
  readonly honoured: readonly string[];
  /** Number of the generation that goes on now; it only rises. */
  readonly generation: number;
  /** Those that any member or comparison still needs, oldest first. */
  readonly generations: readonly Generation[];
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
  generation: 0,
  generations: [],
  confirmed: 0,
  vanished: [],
  members: {},
};

/** An answer to `start`. */
export type Answer = Why &
  (
    | { readonly kind: 'join' | 'reform' }
    | {
        readonly kind: 'bootstrap';
        readonly as: StateUuid | null;
        /** A person chose it: others hold rows that it does not have. */
        readonly byHand: boolean;
      }
    | { readonly kind: 'wait' | 'refuse' }
    /** Wait, and count as Ready meanwhile, so that an ordered controller creates the members that are waited for. */
    | { readonly kind: 'recover' }
  );

/** Why an answer was given: for code the reason, for people the sentence, which says how to end what does not end by itself. */
export interface Why {
  readonly reason: Reason;
  readonly why: string;
}

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
  /** What stands beside the caller's data; null where it has none, or does not say. */
  readonly stamp: Stamp | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** By name, the machines of servers that were started and whose pods are gone. */
  readonly machines: ReadonlyMap<string, MachineView>;
  /** A uuid that has never been used: the identity of the cluster if this call forms a new one. */
  readonly freshUuid: StateUuid;
}
