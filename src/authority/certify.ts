/** Certificates for the pods of the clusters, by the names under which they are called. */
import type { V1Pod } from '@kubernetes/client-node';
import { clientServiceName, headlessServiceName } from '../injection/index.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { readCircle } from './circle.ts';
import { isCurrent, issue, type MemberPair } from './issue.ts';
import type { MemberLives, Root } from './roots.ts';

/** The answer to a member: a new pair, null where its own is still good; and the milliseconds until it asks again. */
export interface Certified {
  readonly pair: MemberPair | null;
  readonly askAgainMs: number;
}

/** Gives a pod of a cluster what it needs beyond what `tag` says it has. */
export type CertifyMember = (cluster: string, pod: V1Pod, tag: string) => Promise<Certified>;

/** A name that the certificate of every member has, by which they call each other (agent/lib/tls.sh). */
const MEMBER_NAME = 'galera-member';
/** Longest time between two questions of a member, in milliseconds. */
const ASK_MS = 3_600_000;
/** At most this part of the time in which a member has to learn the next authority. */
const ASK_PART = 1 / 12;

/** What certificates are made from. */
export interface CertifyParts {
  readonly client: KubernetesClient;
  readonly readRoots: () => Promise<readonly Root[]>;
  readonly lives: MemberLives;
  readonly now?: () => number;
}

/** Certificates from the roots; the namespace's uid is asked for each time, for a name may be another's by now. */
export function createCertifyMember({
  client,
  readRoots,
  lives,
  now = Date.now,
}: CertifyParts): CertifyMember {
  const askAgainMs = Math.min(ASK_MS, lives.overlap * ASK_PART, lives.leaf * ASK_PART);
  return async (cluster, pod, tag) => {
    const roots = await readRoots();
    if (isCurrent(tag, roots, now(), lives)) return { pair: null, askAgainMs };
    const circle = await readCircle(client, pod.metadata?.namespace ?? '', cluster);
    const subject = { ...circle, ...namesOf(cluster, pod) };
    return { pair: await issue(subject, roots, now(), lives), askAgainMs };
  };
}

/** Host names and addresses by which a member is called: its own, those of its Services, and those of its own host. */
export function namesOf(
  cluster: string,
  { metadata, spec, status }: V1Pod,
): { readonly names: readonly string[]; readonly addresses: readonly string[] } {
  const [name, namespace] = [metadata?.name ?? '', metadata?.namespace ?? ''];
  const services = [clientServiceName(cluster), headlessServiceName(cluster)];
  const subdomain = spec?.subdomain ?? '';
  const own = subdomain === '' ? [] : [`${spec?.hostname ?? name}.${subdomain}`];
  const inside = [...own, ...services, ...(subdomain === '' ? [] : [subdomain])].flatMap((host) => [
    host,
    `${host}.${namespace}`,
    `${host}.${namespace}.svc`,
    `${host}.${namespace}.svc.cluster.local`,
  ]);
  const addresses = [status?.podIP, ...(status?.podIPs ?? []).map(({ ip }) => ip), '127.0.0.1', '::1'];
  return {
    names: [...new Set([MEMBER_NAME, name, ...inside, 'localhost'])],
    addresses: [...new Set(addresses.filter((one): one is string => one !== undefined && one !== ''))],
  };
}
