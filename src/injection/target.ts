/** Everything that is decided before a single operation is written: what the steps of the injection work from. */
import type { Wishes } from './annotations.ts';
import type { ClusterName } from './cluster-name.ts';
import type { DataDirectory } from './data-directory.ts';
import type { Flavor } from './flavors/types.ts';
import type { Membership } from './membership.ts';
import type { ContainerView, PodView } from './pod.ts';
import type { Context, Operation, Provenance, Settings, Warning } from './types.ts';

export interface Target {
  readonly pod: PodView;
  readonly container: ContainerView;
  readonly flavor: Flavor;
  readonly flavorSource: string;
  readonly wishes: Wishes;
  readonly cluster: ClusterName;
  readonly membership: Membership;
  /** `gcomm://` and the members. */
  readonly address: string;
  readonly data: DataDirectory;
  readonly volumes: VolumeNames;
  /** Whether the member speaks TLS with the others; `off`: only while others want to. Null where it cannot. */
  readonly tls: 'on' | 'off' | null;
  readonly context: Context;
  readonly settings: Settings;
}

/** The names the injected volumes get in this pod. */
export interface VolumeNames {
  readonly scripts: string;
  readonly token: string;
  readonly data: string;
  readonly tls: string;
  readonly tlsSecret: string;
}

/** What one step of the injection contributes. */
export interface Contribution {
  readonly operations?: readonly Operation[];
  readonly warnings?: readonly Warning[];
  readonly provenance?: readonly Provenance[];
}
