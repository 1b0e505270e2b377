/** Warnings about the cluster as a whole: what works, but not the way a user may think. */
import { hasOrdinals, isSingle } from './cluster-name.ts';
import { member, text } from './json.ts';
import { PREFIX } from './names.ts';
import { wordsOf } from './pod.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, sentence } from './text.ts';
import type { Reason } from './reasons.ts';

/** Collects the advice that fits the pod. */
export function advice(target: Target): Contribution {
  const found = [
    ...sizeAdvice(target),
    ...dataAdvice(target),
    ...tlsAdvice(target),
    ...workloadAdvice(target),
  ];
  return { warnings: found.map(([reason, message]) => ({ reason, message: sentence(message) })) };
}

type Advice = readonly (readonly [Reason, string])[];

function sizeAdvice(target: Target): Advice {
  const { membership, wishes } = target;
  const ignored = wishes.size !== undefined && Number(wishes.size) !== membership.size;
  const message = `Annotation ${PREFIX}size is not used: the size is ${membership.size} (from ${membership.sizeSource})`;
  return [...(ignored ? [['size_ignored', message] as const] : []), ...quorumAdvice(target)];
}

function quorumAdvice({ membership: { size, sizeSource }, cluster }: Target): Advice {
  const subject = `Cluster ${cluster.name} has ${size} members (from ${sizeSource})`;
  if (size < 3)
    return [['cluster_size_small', `${subject}: fewer than three keep no majority when one fails`]];
  if (size % 2 === 0)
    return [['cluster_size_even', `${subject}: an odd number keeps a majority when a network splits`]];
  return [];
}

function dataAdvice({ data, context: { workload } }: Target): Advice {
  if (workload !== null && !hasOrdinals(workload) && !isSingle(workload)) {
    const subject = `Pods of ${workload.kind} ${workload.name} start empty each time`;
    return [
      [
        'deployment_data',
        `${subject}, and the data is gone with the last of them; a StatefulSet with a volume claim keeps it`,
      ],
    ];
  }
  if (!data.ephemeral) return [];
  return [
    [
      'data_on_empty_dir',
      `The data in ${data.path} goes with this pod; mount a volume claim there to keep it`,
    ],
  ];
}

/** By text, and as newer servers take them one by one (docs/version-facts.md). */
const OWN_KEY = /socket[._-]ssl[_-]key/;

function ownKeyAdvice({ wishes, container }: Target): Advice {
  const options = [wishes['provider-options'] ?? '', ...wordsOf(container)];
  if (!options.some((option) => OWN_KEY.test(option))) return [];
  const own = 'The provider options bring a key of their own (socket.ssl_key), so the injector gives none';
  const left = 'state transfers have only the protection that the image gives them';
  return [['members_not_authenticated', `${own}: ${left}; use annotation ${PREFIX}tls-secret`]];
}

function tlsAdvice(target: Target): Advice {
  const { tls, wishes, flavor } = target;
  if (tls === 'on') return ownKeyAdvice(target);
  const open = 'whoever reaches port 4567 may join the cluster';
  if (tls === null)
    return [['members_not_authenticated', `Members of flavor ${flavor.id} speak no TLS yet: ${open}`]];
  const message =
    wishes.tls === undefined
      ? `Annotation ${PREFIX}peers turns TLS off: ${open}, unless tls is "on"`
      : `Annotation ${PREFIX}tls is "off": ${open}; remove it`;
  return [['members_not_authenticated', message]];
}

function workloadAdvice({ context, flavor, flavorSource, pod }: Target): Advice {
  const { workload, services } = context;
  const found: (readonly [Reason, string])[] = [];
  if (hasOrdinals(workload)) {
    const { name, podManagementPolicy, serviceName } = workload;
    if (podManagementPolicy === 'OrderedReady') {
      found.push([
        'ordered_ready',
        `StatefulSet ${name} is OrderedReady; podManagementPolicy: Parallel recovers a whole cluster faster`,
      ]);
    }
    if (services.some((service) => service.name === serviceName && !service.headless)) {
      found.push([
        'service_not_headless',
        `Service ${serviceName} of StatefulSet ${name} is not headless (clusterIP: None), so members may have no names`,
      ]);
    }
  }
  if (!flavor.proven) {
    found.push([
      'flavor_unproven',
      `Flavor ${flavor.id} (from ${flavorSource}) is not yet proven end to end`,
    ]);
  }
  const dnsPolicy = text(pod.spec, 'dnsPolicy');
  if (member(pod.spec, 'hostNetwork') === true && dnsPolicy !== 'ClusterFirstWithHostNet') {
    found.push([
      'host_network_names',
      `spec.hostNetwork needs spec.dnsPolicy ClusterFirstWithHostNet, here ${quoted(dnsPolicy)}, to find the others`,
    ]);
  }
  return found;
}
