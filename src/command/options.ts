/** What the commands of a person are asked for. */
import type { Settings } from '../injection/index.ts';
import type { Connection } from '../kubernetes/client.ts';

/** What `inject` and `explain` are asked for. */
export interface ManifestOptions {
  /** Paths of files and directories, `-` for standard input; at least one. */
  readonly files: readonly string[];
  /** Whether directories are read with those in them. */
  readonly recursive: boolean;
  /** Namespace of manifests that name none. */
  readonly namespace: string;
  /** Whether the user named it. */
  readonly namespaceGiven: boolean;
  /** The cluster that is asked for owners, Services and the authority; undefined: none is. */
  readonly connection?: Connection;
  readonly caFile?: string;
  /** Whether what is made holds the authority, so that a cluster is asked for it. */
  readonly needsAuthority: boolean;
  /** Undefined: for people, or as the input is written. */
  readonly output?: 'json' | 'yaml';
  /** Whether a warning counts as a failure. */
  readonly failOnWarning: boolean;
  /** Files of values that the chart is installed with; a later one wins. */
  readonly values: readonly string[];
  /** What the options themselves set. */
  readonly settings: Pick<Settings, 'version' | 'coordinator'> &
    Partial<Pick<Settings, 'image' | 'imagePullPolicy'>>;
}

/** What `status` is asked for. */
export interface StatusOptions {
  /** The one cluster to show; all of them when undefined. */
  readonly cluster?: string;
  /** Undefined: that of the kubeconfig context. */
  readonly namespace?: string;
  readonly allNamespaces: boolean;
  readonly injectorNamespace: string;
  readonly connection: Connection;
  /** How the clusters are printed: a line each, with their members, by name, or for programs. */
  readonly output: 'table' | 'wide' | 'json' | 'yaml' | 'name';
  /** Whether tables begin with the names of their columns. */
  readonly headers: boolean;
  readonly watch: boolean;
}
