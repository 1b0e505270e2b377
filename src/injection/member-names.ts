/** What the members of a cluster are called, and what the pod needs so that its own name resolves. */
import { hasOrdinals, isSingle } from './cluster-name.ts';
import { text } from './json.ts';
import { GROUP_PORT, headlessServiceName, isDnsLabel } from './names.ts';
import { numberedName, parseNumbered, type NumberedName } from './numbered.ts';
import type { PodView } from './pod.ts';
import type { Context, OrdinalWorkload, ServiceSummary } from './types.ts';

export interface MemberNames {
  /** Host names, in the order of their numbers. */
  readonly members: readonly string[];
  /** Completes "from …". */
  readonly membersSource: string;
  /** Fields of `spec` to add, so that the pod's own name among the members resolves. */
  readonly hostFields: { readonly hostname?: string; readonly subdomain?: string };
}

/** The members' names, by what makes the pods: ordinals, numbered names, or one name that stands for all. */
export function memberNames(pod: PodView, cluster: string, size: number, context: Context): MemberNames {
  const { workload } = context;
  if (hasOrdinals(workload)) return ordinalNames(pod, cluster, workload, context.namespace);
  const numbered = workload === null || isSingle(workload) ? parseNumbered(workload?.name ?? pod.name) : null;
  if (numbered === null) return headlessName(cluster, context.namespace);
  return (
    serviceNames(numbered, size, context) ??
    (workload === null ? hostNames(pod, numbered, cluster, size, context) : undefined) ??
    headlessName(cluster, context.namespace)
  );
}

function headlessName(cluster: string, namespace: string): MemberNames {
  const service = headlessServiceName(cluster);
  const membersSource = `headless Service ${service}`;
  return { members: [`${service}.${namespace}.svc`], membersSource, hostFields: {} };
}

function ordinalNames(
  pod: PodView,
  cluster: string,
  workload: OrdinalWorkload,
  namespace: string,
): MemberNames {
  const { name, replicas, firstOrdinal, serviceName, reserved = [] } = workload;
  const service = serviceName === '' ? headlessServiceName(cluster) : serviceName;
  // While a set is being scaled, the pod can have an ordinal beyond the count that was read.
  const own = parseNumbered(pod.name)?.number;
  const members = numbersFrom(firstOrdinal, replicas, own, new Set(reserved)).map(
    (ordinal) => `${name}-${ordinal}.${service}.${namespace}.svc`,
  );
  // With a serviceName the controller writes the subdomain itself.
  const lacksSubdomain = serviceName === '' && (text(pod.spec, 'subdomain') ?? '') === '';
  const membersSource = `StatefulSet ${name}: ${replicas} replicas, service ${service}`;
  return { members, membersSource, hostFields: lacksSubdomain ? { subdomain: service } : {} };
}

/** One Service for each member, as kubernetes/examples has them; undefined when there is none. */
function serviceNames(numbered: NumberedName, size: number, context: Context): MemberNames | undefined {
  const usable = new Set(context.services.filter(reachesMembers).map((service) => service.name));
  const first = numbered.number === 0 || usable.has(numberedName(numbered, 0)) ? 0 : 1;
  const hosts = numbersFrom(first, size, numbered.number).map((number) => numberedName(numbered, number));
  // One of them is enough: manifests create their Services one after the other.
  const found = hosts.filter((host) => usable.has(host));
  if (found.length === 0) return undefined;
  return {
    members: hosts.map((host) => `${host}.${context.namespace}.svc`),
    membersSource: `one Service for each member: ${found.slice(0, 3).join(', ')}`,
    hostFields: {},
  };
}

function reachesMembers({ headless, ports }: ServiceSummary): boolean {
  return headless || ports.includes(GROUP_PORT);
}

/** Host names of bare Pods below the cluster's headless Service, or below the pod's own subdomain. */
function hostNames(
  pod: PodView,
  numbered: NumberedName,
  cluster: string,
  size: number,
  { namespace }: Context,
): MemberNames | undefined {
  const hostname = text(pod.spec, 'hostname') ?? '';
  const subdomain = text(pod.spec, 'subdomain') ?? '';
  const domain = subdomain === '' ? headlessServiceName(cluster) : subdomain;
  if (!isDnsLabel(pod.name) || !isDnsLabel(domain)) return undefined;
  const numbers = numbersFrom(numbered.number === 0 ? 0 : 1, size, numbered.number);
  return {
    members: numbers.map((number) => `${numberedName(numbered, number)}.${domain}.${namespace}.svc`),
    membersSource: `Pod ${pod.name}: ${size} members, service ${domain}`,
    hostFields: {
      ...(hostname === '' ? { hostname: pod.name } : {}),
      ...(subdomain === '' ? { subdomain: domain } : {}),
    },
  };
}

function numbersFrom(
  first: number,
  count: number,
  own: number | undefined,
  reserved: ReadonlySet<number> = new Set(),
): readonly number[] {
  const numbers: number[] = [];
  for (let number = first; numbers.length < count; number += 1)
    if (!reserved.has(number)) numbers.push(number);
  const extra = own === undefined || numbers.includes(own) ? [] : [own];
  return [...numbers, ...extra].sort((one, other) => one - other);
}
