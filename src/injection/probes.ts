/** The probes of the database container. */
import { isDeepStrictEqual } from 'node:util';
import { hasOrdinals } from './cluster-name.ts';
import { isObject, member } from './json.ts';
import { PROBE_SCRIPT } from './names.ts';
import { setMembers } from './operations.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, sentence } from './text.ts';
import type { Context, JsonObject, Warning } from './types.ts';

const TIMEOUT_SECONDS = 5;

/**
 * A server that is restarted for want of a primary component often does not end when it is told to, and what it holds
 * is on disk: it need not have the time that the pod gives to a clean shutdown. Servers before Kubernetes 1.25 ignore this.
 */
const KILL_AFTER_SECONDS = 10;

const PROBES = {
  // One hour: a joiner is not started before its state transfer is over. An ordered controller waits for each in turn.
  startupProbe: probe('started', { periodSeconds: 2, failureThreshold: 1_800 }),
  // Clients leave a member within seconds of it losing its quorum.
  readinessProbe: probe('ready', { periodSeconds: 3, failureThreshold: 2 }),
  // The script itself counts the three minutes without a primary component. On a machine too busy to run it in time, a
  // restart takes a donor from its joiners and makes things worse: this forgives slow answers for a minute and a half.
  livenessProbe: probe('alive', {
    periodSeconds: 10,
    failureThreshold: 3,
    timeoutSeconds: 30,
    terminationGracePeriodSeconds: KILL_AFTER_SECONDS,
  }),
} as const;

type ProbeName = keyof typeof PROBES;

/** What each probe must do that the pod brings itself. */
const BELIEVED = {
  startupProbe: { reason: 'startup_probe_believed', must: 'leave a state transfer its time' },
  readinessProbe: { reason: 'readiness_probe_believed', must: 'fail while the node is not Synced' },
  livenessProbe: {
    reason: 'liveness_probe_believed',
    must: 'pass on a donor, and fail on a node that stays without Primary',
  },
} as const;

/** Adds each probe the container does not have; one of its own is believed, and said so. */
export function probes(target: Target): Contribution {
  const { pod, container } = target;
  const names = Object.keys(PROBES) as ProbeName[];
  const missing = names.filter((name) => !isSet(container.json, name));
  const foreign = names.filter((name) => isForeign(container.json, name));
  const added = missing.map((name) => ({ name, json: probeFor(container.json, name) }));
  const path = ['spec', 'containers', container.index];
  return {
    operations: added.flatMap(({ name, json }) => setMembers(pod.json, path, { [name]: json })),
    warnings: foreign.map((name, index) => warning(target, name, index === 0)),
    provenance: added.map(({ name, json }) => ({
      what: name,
      value: json.exec.command.join(' '),
      source: 'the injection',
    })),
  };
}

/**
 * The kubelet begins the liveness probe when the startup probe has passed. Ours passes during a state transfer, a reform and a
 * recovery, of which our liveness probe knows; before another one it waits for the server to answer.
 */
function probeFor(container: JsonObject, name: ProbeName): Probe {
  const ours = PROBES[name];
  if (name !== 'startupProbe' || !isForeign(container, 'livenessProbe')) return ours;
  return { ...ours, exec: { command: [PROBE_SCRIPT, 'answers'] } };
}

/** Whether the container has a probe that does not ask what ours would: one that does may have other times. */
function isForeign(container: JsonObject, name: ProbeName): boolean {
  return (
    isSet(container, name) &&
    !isDeepStrictEqual(commandOf(container, name), probeFor(container, name).exec.command)
  );
}

function warning({ container, context }: Target, name: ProbeName, isFirst: boolean): Warning {
  const { reason, must } = BELIEVED[name];
  const kind = name.replace('Probe', '');
  return {
    reason,
    message: sentence(
      `Container ${quoted(container.name)} keeps its own ${kind} probe: it must ${must}${
        isFirst && isOrdered(context) ? HOLDS_BACK : ''
      }`,
    ),
  };
}

/**
 * While a member waits for others in an outage of all, our probes pass, so that an ordered controller creates those; one
 * that asks the server does not, nor does our startup probe before such a liveness probe. Short enough that the longest name
 * of a container leaves it whole.
 */
const HOLDS_BACK =
  '; while one of its own fails, no pod after this one is created: podManagementPolicy: Parallel';

function isOrdered({ workload }: Context): boolean {
  return hasOrdinals(workload) && workload.podManagementPolicy === 'OrderedReady' && workload.replicas > 1;
}

function isSet(container: JsonObject, name: ProbeName): boolean {
  const value = member(container, name);
  return value !== undefined && value !== null;
}

function commandOf(container: JsonObject, name: ProbeName): unknown {
  const own = member(container, name);
  const exec = isObject(own) ? member(own, 'exec') : undefined;
  return isObject(exec) ? member(exec, 'command') : undefined;
}

interface Times {
  readonly timeoutSeconds?: number;
  readonly periodSeconds: number;
  readonly failureThreshold: number;
  readonly terminationGracePeriodSeconds?: number;
}

interface Probe extends Times {
  readonly exec: { readonly command: readonly string[] };
}

function probe(argument: string, times: Times): Probe {
  return { exec: { command: [PROBE_SCRIPT, argument] }, timeoutSeconds: TIMEOUT_SECONDS, ...times };
}
