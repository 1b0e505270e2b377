/** The probes of the database container. */
import { member } from './json.ts';
import { PROBE_SCRIPT } from './names.ts';
import { setMembers } from './operations.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, sentence } from './text.ts';
import type { JsonObject, Warning } from './types.ts';

const TIMEOUT_SECONDS = 5;

/**
 * A server that is restarted for want of a primary component often does not end when it is told to, and what it holds
 * is on disk: it need not have the time that the pod gives to a clean shutdown. Servers before Kubernetes 1.25 ignore this.
 */
const KILL_AFTER_SECONDS = 10;

const PROBES = {
  // One hour: a joiner is not started before its state transfer is over.
  startupProbe: probe('started', { periodSeconds: 5, failureThreshold: 720 }),
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

/** Adds each probe the container does not have; a readiness probe of its own is believed, and said so. */
export function probes({ pod, container }: Target): Contribution {
  const missing = (Object.keys(PROBES) as ProbeName[]).filter((name) => !isSet(container.json, name));
  const path = ['spec', 'containers', container.index];
  const warning: Warning = {
    reason: 'readiness_probe_believed',
    message: sentence(
      `Container ${quoted(container.name)} has its own readiness probe, which is believed: it must fail while the node is not Synced`,
    ),
  };
  return {
    operations: missing.flatMap((name) => setMembers(pod.json, path, { [name]: PROBES[name] })),
    warnings: missing.includes('readinessProbe') ? [] : [warning],
    provenance: missing.map((what) => ({
      what,
      value: PROBES[what].exec.command.join(' '),
      source: 'the injection',
    })),
  };
}

function isSet(container: JsonObject, name: ProbeName): boolean {
  const value = member(container, name);
  return value !== undefined && value !== null;
}

interface Times {
  readonly timeoutSeconds?: number;
  readonly periodSeconds: number;
  readonly failureThreshold: number;
  readonly terminationGracePeriodSeconds?: number;
}

function probe(argument: string, times: Times) {
  return { exec: { command: [PROBE_SCRIPT, argument] }, timeoutSeconds: TIMEOUT_SECONDS, ...times } as const;
}
