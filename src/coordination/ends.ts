/** When the certificates of the members end, as far as this replica has heard: for metrics, and kept nowhere. */
import { setTimeout as sleep } from 'node:timers/promises';
import { endOfTag } from '../authority/issue.ts';
import type { CoordinatorParts } from './context.ts';
import type { ClusterKey } from './lease-store.ts';
import { isAlive } from './members.ts';

/** How long a pod that is gone is still told of, in milliseconds. */
const TIDY_MS = 5 * 60_000;

/** What a pod says about its certificate, and what it is given then. */
export interface HeardTag extends ClusterKey {
  readonly pod: string;
  readonly podUid: string;
  readonly said: string;
  /** Null where it has only asked. */
  readonly given: string | null;
}

/** When the certificate of a pod ends, in milliseconds since 1970. */
export interface MemberEnd extends ClusterKey {
  readonly pod: string;
  readonly end: number;
}

interface Entry extends MemberEnd {
  readonly podUid: string;
  /** What it said it had when it was given another one. */
  readonly replaced: string | null;
}

/** What is known: one entry a pod. */
export interface MemberEnds {
  readonly hear: (heard: HeardTag) => void;
  readonly read: () => readonly MemberEnd[];
  /** Forgets the pods that the API does not show any more; where it cannot be read, nothing. */
  readonly forgetGone: () => Promise<void>;
}

/** Remembers what pods say. A token has proved who each is, so that there is no more than the API shows. */
export function createMemberEnds(listPods: CoordinatorParts['listPods']): MemberEnds {
  const entries = new Map<string, Entry>();
  return {
    hear(heard) {
      const name = nameOf(heard);
      const before = entries.get(name);
      const next = after(before?.podUid === heard.podUid ? before : undefined, heard);
      if (next !== null) entries.set(name, next);
    },
    read: () =>
      [...entries.values()].map(({ namespace, cluster, pod, end }) => ({ namespace, cluster, pod, end })),
    async forgetGone() {
      for (const { key, known } of byCluster(entries.values())) {
        const pods = await listPods(key).catch(() => null);
        if (pods === null) continue;
        const there = new Set(pods.filter(isAlive).map(({ metadata }) => metadata?.uid));
        for (const one of known) {
          // One that was heard since is there.
          const isGone = !there.has(one.podUid) && entries.get(nameOf(one)) === one;
          if (isGone) entries.delete(nameOf(one));
        }
      }
    },
  };
}

/**
 * What is known of a pod after it was heard; null where it says nothing that can be read. One that was given a
 * certificate and says again that it has the one before could not keep it: what it says counts.
 */
function after(before: Entry | undefined, { said, given, ...who }: HeardTag): Entry | null {
  const replaced = before?.replaced ?? null;
  if (given !== null && replaced !== said) return entry(who, endOfTag(given), said);
  return entry(who, endOfTag(said), replaced) ?? before ?? null;
}

function entry(
  who: Omit<HeardTag, 'said' | 'given'>,
  end: number | null,
  replaced: string | null,
): Entry | null {
  return end === null ? null : { ...who, end, replaced };
}

/** The entries of each cluster, as they are now. */
function byCluster(
  entries: Iterable<Entry>,
): Iterable<{ readonly key: ClusterKey; readonly known: readonly Entry[] }> {
  const clusters = new Map<string, { readonly key: ClusterKey; readonly known: Entry[] }>();
  for (const one of entries) {
    const { namespace, cluster } = one;
    const name = `${namespace}/${cluster}`;
    const { known } = clusters.get(name) ?? { known: [] };
    clusters.set(name, { key: { namespace, cluster }, known: [...known, one] });
  }
  return clusters.values();
}

function nameOf({ namespace, pod }: Pick<MemberEnd, 'namespace' | 'pod'>): string {
  return `${namespace}/${pod}`;
}

/** Forgets those that are gone, every few minutes until the signal. */
export async function keepTidy(
  ends: Pick<MemberEnds, 'forgetGone'>,
  signal: AbortSignal,
  pauseMs = TIDY_MS,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (!signal.aborted) await ends.forgetGone();
  }
}
