/** How many members a cluster has, what they are called, and what the pod needs so that its own name resolves. */
import { SIZE_MAXIMUM, type Wishes } from './annotations.ts';
import { isSingle } from './cluster-name.ts';
import { text } from './json.ts';
import { GROUP_PORT, headlessServiceName, isDnsLabel, PREFIX } from './names.ts';
import { numberedName, parseNumbered, type NumberedName } from './numbered.ts';
import type { PodView } from './pod.ts';
import { Refusal } from './refusal.ts';
import type { Context, Workload } from './types.ts';

/** A cluster without a replica count and without a word about its size, as kubernetes/examples has it. */
const DEFAULT_SIZE = 3;

export interface Membership {
  readonly size: number;
  readonly sizeSource: string;
  /** Host names of the members, in the order of their numbers. */
  readonly members: readonly string[];
  readonly membersSource: string;
  /** Fields of `spec` to add, so that the pod's own name among the members resolves. */
  readonly hostFields: { readonly hostname?: string; readonly subdomain?: string };
}

/** What stands in the container's `NUM_NODES`, the way kubernetes/examples gives the size; undefined when nothing usable. */
export type NodeCount = number | undefined;

/**
 * Works out the members of the pod's cluster.
 *
 * @throws Refusal `size_out_of_range`
 */
export function membership(
  pod: PodView,
  cluster: string,
  wishes: Wishes,
  nodeCount: NodeCount,
  context: Context,
): Membership {
  const size = clusterSize(wishes, nodeCount, context.workload);
  const names = wishes.peers === undefined ? memberNames(pod, cluster, size.size, context) : undefined;
  if (names !== undefined) return { ...size, ...names };
  const members = wishes.peers?.split(',') ?? [];
  return { ...size, members, membersSource: `annotation ${PREFIX}peers`, hostFields: {} };
}

type Size = Pick<Membership, 'size' | 'sizeSource'>;
type Names = Pick<Membership, 'members' | 'membersSource' | 'hostFields'>;

function clusterSize(wishes: Wishes, nodeCount: NodeCount, workload: Workload | null): Size {
  if (workload !== null && !isSingle(workload)) {
    const sizeSource = `${workload.kind} ${workload.name}: ${workload.replicas} replicas`;
    if (workload.replicas <= SIZE_MAXIMUM) return { size: workload.replicas, sizeSource };
    throw new Refusal(
      'size_out_of_range',
      `${sizeSource}; a cluster may have at most ${SIZE_MAXIMUM} members`,
    );
  }
  if (wishes.size !== undefined) return { size: Number(wishes.size), sizeSource: `annotation ${PREFIX}size` };
  if (nodeCount !== undefined) return { size: nodeCount, sizeSource: 'variable NUM_NODES' };
  return { size: DEFAULT_SIZE, sizeSource: 'the default' };
}

function memberNames(pod: PodView, cluster: string, size: number, context: Context): Names {
  const { workload, namespace } = context;
  if (workload?.kind === 'StatefulSet') return ordinalNames(pod, cluster, workload, namespace);
  const own = workload === null ? pod.name : isSingle(workload) ? workload.name : '';
  const numbered = parseNumbered(own);
  const names = numbered === null ? undefined : numberedNames(pod, own, numbered, cluster, size, context);
  return names ?? headlessName(cluster, namespace);
}

function headlessName(cluster: string, namespace: string): Names {
  const service = headlessServiceName(cluster);
  return {
    members: [`${service}.${namespace}.svc`],
    membersSource: `headless Service ${service}`,
    hostFields: {},
  };
}

function ordinalNames(
  pod: PodView,
  cluster: string,
  workload: Extract<Workload, { kind: 'StatefulSet' }>,
  namespace: string,
): Names {
  const { name, replicas, firstOrdinal, serviceName } = workload;
  const service = serviceName === '' ? headlessServiceName(cluster) : serviceName;
  // While a set is being scaled, the pod can have an ordinal beyond the count that was read.
  const own = parseNumbered(pod.name)?.number;
  const members = numbersFrom(firstOrdinal, replicas, own).map(
    (ordinal) => `${name}-${ordinal}.${service}.${namespace}.svc`,
  );
  const lacksSubdomain = serviceName === '' && (text(pod.spec, 'subdomain') ?? '') === '';
  const membersSource = `StatefulSet ${name}: ${replicas} replicas, service ${service}`;
  return { members, membersSource, hostFields: lacksSubdomain ? { subdomain: service } : {} };
}

function numberedNames(
  pod: PodView,
  own: string,
  numbered: NumberedName,
  cluster: string,
  size: number,
  context: Context,
): Names | undefined {
  const { namespace, workload, services } = context;
  const usable = new Set(
    services
      .filter((service) => service.headless || service.ports.includes(GROUP_PORT))
      .map((service) => service.name),
  );
  const first = numbered.number === 0 || usable.has(numberedName(numbered, 0)) ? 0 : 1;
  const hosts = numbersFrom(first, size, numbered.number).map((number) => numberedName(numbered, number));
  // One of them is enough: a manifest creates its Services one after the other.
  if (hosts.some((host) => usable.has(host))) {
    return {
      members: hosts.map((host) => `${host}.${namespace}.svc`),
      membersSource: `the Services of the members, ${hosts[0]} and so on`,
      hostFields: {},
    };
  }
  if (workload !== null || !isDnsLabel(own)) return undefined;
  const hostname = text(pod.spec, 'hostname') ?? '';
  const subdomain = text(pod.spec, 'subdomain') ?? '';
  const domain = subdomain === '' ? headlessServiceName(cluster) : subdomain;
  return {
    members: hosts.map((host) => `${host}.${domain}.${namespace}.svc`),
    membersSource: `Pod ${own}: ${size} members, service ${domain}`,
    hostFields: {
      ...(hostname === '' ? { hostname: own } : {}),
      ...(subdomain === '' ? { subdomain: domain } : {}),
    },
  };
}

function numbersFrom(first: number, count: number, own: number | undefined): readonly number[] {
  const numbers = Array.from({ length: Math.max(count, 0) }, (_, index) => first + index);
  const extra = own === undefined || numbers.includes(own) ? [] : [own];
  return [...numbers, ...extra].sort((one, other) => one - other);
}
