/** The decision over one pod. Pure: the same pod, context and settings give the same decision, and nothing is touched. */
import { advice } from './advice.ts';
import { readAnnotations, refuseOrder, SIZE_MAXIMUM, type Wishes } from './annotations.ts';
import { clusterAddress } from './cluster-address.ts';
import { clusterName, hasOrdinals } from './cluster-name.ts';
import { refuseClientTls } from './client-tls.ts';
import { command } from './command.ts';
import { dataDirectory } from './data-directory.ts';
import { findDatabase, type Database } from './database-container.ts';
import { environment, literalValue } from './environment.ts';
import { initContainer, isInjected } from './init-container.ts';
import { refuseEnding, refuseEndingServer, refuseUncounted } from './lasting.ts';
import { member, optionalObject, text } from './json.ts';
import { membership, type NodeCount } from './membership.ts';
import { MIRROR_ANNOTATION, OPT_IN_LABEL, OPT_IN_VALUE, PREFIX } from './names.ts';
import { ownBootstrap } from './own-bootstrap.ts';
import { ownClusterName } from './own-cluster-name.ts';
import { antiAffinity, hostFields, metadata } from './placement.ts';
import { annotationsOf, labelsOf, readPod, type PodView } from './pod.ts';
import { ports } from './ports.ts';
import { probes } from './probes.ts';
import { program } from './program.ts';
import { REASONS, type Reason } from './reasons.ts';
import { Refusal } from './refusal.ts';
import { refuseSharedData } from './shared-data.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, sentence, singleLine } from './text.ts';
import type { Context, Decision, Provenance, Settings, Warning } from './types.ts';
import { volumeNames, volumesAndMounts } from './volumes.ts';

/** The steps of the injection, in the order their operations are applied. They touch disjoint parts of the pod. */
const STEPS: readonly ((target: Target) => Contribution)[] = [
  metadata,
  hostFields,
  antiAffinity,
  volumesAndMounts,
  initContainer,
  ownBootstrap,
  program,
  command,
  ports,
  clusterAddress,
  environment,
  ownClusterName,
  probes,
  advice,
];

/**
 * The decision where the pod alone says it, as for one that went through the injection before; null where the context is
 * needed.
 */
export function decidedByPod(pod: unknown): Decision | null {
  if (member(labelsOf(pod), OPT_IN_LABEL) !== OPT_IN_VALUE) return skip('not_labelled');
  if (member(annotationsOf(pod), MIRROR_ANNOTATION) !== undefined) return skip('mirror_pod');
  return orDenied(() => {
    const view = readPod(pod);
    refuseOrder(view.annotations);
    if (isInjected(view)) return skip('already_injected');
    refuseEnding(view);
    return null;
  });
}

/**
 * Decides what happens to a pod: skip, deny, or inject with the operations that do it.
 *
 * @param pod raw JSON as the API received it, not validated: whatever its shape, this never throws over it
 * @param context what the API knows of the pod's workload and namespace
 * @param settings the injector's own configuration
 */
export function plan(pod: unknown, context: Context, settings: Settings): Decision {
  return decidedByPod(pod) ?? planInContext(pod, context, settings);
}

/** The decision over a pod that `decidedByPod` leaves open: deny, or inject with the operations that do it. */
export function planInContext(pod: unknown, context: Context, settings: Settings): Decision {
  return orDenied(() => {
    const view = readPod(pod);
    const { wishes, warnings } = readAnnotations(view.annotations);
    return inject(resolve(view, wishes, context, settings), warnings);
  });
}

function orDenied<Decided>(decide: () => Decided): Decided | Decision {
  try {
    return decide();
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'deny', reason: error.reason, message: error.message };
    throw error;
  }
}

function skip(reason: Reason): Decision {
  return { kind: 'skip', reason, message: REASONS[reason] };
}

function inject(target: Target, warnings: readonly Warning[]): Decision {
  const contributions = STEPS.map((step) => step(target));
  return {
    kind: 'inject',
    reason: 'injected',
    cluster: target.cluster.name,
    address: target.address,
    operations: contributions.flatMap((contribution) => contribution.operations ?? []),
    warnings: [
      ...warnings,
      ...ignoredNodeCount(target),
      ...contributions.flatMap((contribution) => contribution.warnings ?? []),
    ],
    provenance: contributions.flatMap((contribution) => contribution.provenance ?? []).map(printable),
  };
}

function printable({ what, value, source }: Provenance): Provenance {
  return { what: singleLine(what), value: singleLine(value), source: singleLine(source) };
}

function resolve(pod: PodView, wishes: Wishes, context: Context, settings: Settings): Target {
  refuseWindows(pod);
  refuseUncounted(pod, wishes, context);
  const database = findDatabase(pod, { wishes, rules: settings.images ?? [] });
  refuseEndingServer(pod, database.container);
  refuseMethod(database, wishes);
  const data = dataDirectory(pod, database.container, database.flavor);
  refuseSharedData(pod, database.container, data, context);
  const cluster = clusterName(pod, context);
  const tls = speaksTls(database, wishes);
  refuseClientTls(database, wishes, tls);
  const members = membership(pod, cluster.name, wishes, nodeCount(database), context);
  return {
    ...database,
    pod,
    wishes,
    cluster,
    membership: members,
    address: `gcomm://${members.members.join(',')}`,
    data,
    volumes: volumeNames(pod),
    tls,
    context,
    settings,
  };
}

function refuseWindows(pod: PodView): void {
  const os = optionalObject(pod.spec, 'os', 'spec.os') ?? {};
  if (text(os, 'name') !== 'windows') return;
  throw new Refusal('windows_pod', 'spec.os.name is "windows"; the database images run on linux only');
}

function refuseMethod({ flavor }: Database, wishes: Wishes): void {
  const method = wishes['sst-method'];
  if (method === undefined || flavor.sstMethods.some((known) => known === method)) return;
  throw new Refusal(
    'annotation_invalid',
    `Annotation ${PREFIX}sst-method is ${quoted(method)}; flavor ${flavor.id} allows: ${flavor.sstMethods.join(', ')}`,
  );
}

/**
 * On, unless the annotation says otherwise, or servers belong to the cluster that get no certificate here.
 * @throws Refusal `annotation_invalid` where TLS is asked for and the flavor has none
 */
function speaksTls({ flavor }: Database, { tls, peers, 'tls-secret': secret }: Wishes): Target['tls'] {
  const isOn = tls === undefined ? peers === undefined || secret !== undefined : tls === 'on';
  if (flavor.speaksTls) return isOn ? 'on' : 'off';
  if (tls !== 'on' && secret === undefined) return null;
  const asked = secret === undefined ? 'tls is "on"' : `tls-secret is ${quoted(secret)}`;
  throw new Refusal(
    'annotation_invalid',
    `Annotation ${PREFIX}${asked}, but members of flavor ${flavor.id} do not speak TLS yet; remove it`,
  );
}

function nodeCount({ container }: Database): NodeCount {
  const value = literalValue(container, 'NUM_NODES') ?? '';
  return /^[1-9][0-9]?$/.test(value) ? Number(value) : undefined;
}

function ignoredNodeCount({ container, flavor, flavorSource, context }: Target): readonly Warning[] {
  const value = literalValue(container, 'NUM_NODES');
  if (value === undefined || nodeCount({ container, flavor, flavorSource }) !== undefined) return [];
  if (hasOrdinals(context.workload)) return [];
  const message = `Container ${quoted(container.name)}: NUM_NODES is ${quoted(value)}, not a number from 1 to ${SIZE_MAXIMUM}`;
  return [{ reason: 'node_count_ignored', message: sentence(message) }];
}
