/** Why a volume is refused, or a node that must not serve: what is to be saved, and what to do with the rest. */
import type { Place, StateUuid, Why } from '../types.ts';
import { are, because, forget, list } from './phrases.ts';

export function refuseDiverged(upTo: number): Why {
  return because(
    'Diverged',
    `the cluster has gone on without rows that this volume may hold: it agrees with it up to seqno ${upTo} at most, ` +
      'and an incremental transfer would merge two histories. Nothing is changed here. Save what is needed of it and empty the volume.',
  );
}

export function refuseUnasked(upTo: number): Why {
  return because('JoinedUnasked', `this node joined without asking, and ${refuseDiverged(upTo).why}`);
}

export function refuseForeign(place: Place, found: StateUuid, known: StateUuid): Why {
  return because(
    'ForeignData',
    `the volume holds data of cluster ${found}, but this is cluster ${known}; a state transfer would erase it. ` +
      `Attach the right volume or empty this one. ${forget(place)}`,
  );
}

export function refuseUnmarked(place: Place, known: StateUuid | null): Why {
  return because(
    'UnclusteredData',
    `the volume holds a database that is in no cluster, but this is cluster ${known ?? '(unnamed)'}; ` +
      `a state transfer would erase it. Attach the right volume or empty this one. ${forget(place)}`,
  );
}

export function refuseSecondCluster(found: StateUuid, known: StateUuid): Why {
  return because(
    'SecondCluster',
    `this node is Primary in cluster ${found}, but the recorded cluster is ${known}`,
  );
}

export function refuseSecondComponent(own: readonly string[], rivals: readonly string[]): Why {
  return because(
    'SecondComponent',
    `two primary components serve under one uuid: ${list(own)}, and without ${are(own, 'it', 'them')} ${list(rivals)}, as after ` +
      'pc.bootstrap on one side of a partition. This one is the smaller or later one and must not serve. ' +
      'Save the rows that were written here since, then stop its servers and empty their volumes.',
  );
}

export function refuseWithParted(names: readonly string[]): Why {
  return because(
    'PartedComponent',
    `this node is Primary together with ${list(names)}, which ${are(names, 'has', 'have')} gone on apart from the cluster. ` +
      'Save the rows that were written here since, then stop these servers and empty their volumes.',
  );
}
