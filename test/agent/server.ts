/** The server that a probe asks, as far as the probe can see it. */
import { afterEach, expect } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER } from './directory.ts';
import { type Pod, podForEachTest, type RunningScript } from './pod.ts';

export const MEMBERS = '198.18.0.1:3306,198.18.0.2:3306,198.18.0.3:3306';

/** A few of the server's status variables; what is left out is that of a serving node. */
export interface Status {
  readonly cluster?: string;
  readonly state?: number;
  readonly comment?: string;
  readonly ready?: string;
  readonly connected?: string;
  readonly group?: string;
  readonly view?: number;
  readonly seqno?: number;
}

/** A node whose server a test speaks for. */
export interface Node {
  /** What the start script noted of this start. */
  readonly phase: (name: string, start?: string) => Promise<void>;
  /** What the server answers when it is asked for its status. */
  readonly serverSays: (status?: Status) => Promise<void>;
  /** Sets the clock, in seconds since the machine started. */
  readonly at: (seconds: number) => Promise<void>;
  /** Resolves when the loop has looked at the server again, and done what it does about it. */
  readonly looks: () => Promise<void>;
}

/** Registers the set-up of a suite of probes: a node that joins, and a coordinator that says ok. */
export function joiningNodeForEachTest(use: (pod: Pod, coordinator: StubCoordinator) => void): Node {
  let pod: Pod;
  podForEachTest(async (made, coordinator) => {
    pod = made;
    use(made, coordinator);
    coordinator.answers = ['ok'];
    await phase(made, 'joining');
  });
  return {
    phase: (name, start) => phase(pod, name, start),
    serverSays: (status) => serverSays(pod, status),
    at: (seconds) => at(pod, seconds),
    looks: () => looks(pod),
  };
}

function phase(pod: Pod, name: string, start = '1'): Promise<void> {
  return pod.write(
    'galera/state',
    `phase=${name}\nsince=1\nstart=${start}\nsocket=\nsst_method=mariabackup\n`,
  );
}

function serverSays(
  pod: Pod,
  {
    cluster = 'Primary',
    state = 4,
    comment = 'Synced',
    ready = 'ON',
    connected = 'ON',
    group = 'OPERATIONAL',
    view = 3,
    seqno = 42,
  }: Status = {},
): Promise<void> {
  const rows = {
    wsrep_cluster_conf_id: view,
    wsrep_cluster_size: 3,
    wsrep_incoming_addresses: MEMBERS,
    wsrep_cluster_state_uuid: CLUSTER,
    wsrep_cluster_status: cluster,
    wsrep_local_state: state,
    wsrep_local_state_comment: comment,
    wsrep_ready: ready,
    wsrep_connected: connected,
    wsrep_evs_state: group,
    wsrep_last_committed: seqno,
  };
  return pod.write(
    'status',
    Object.entries(rows)
      .map(([name, value]) => `${name}\t${value}\n`)
      .join(''),
  );
}

function at(pod: Pod, seconds: number): Promise<void> {
  return pod.write('proc/uptime', `${seconds}.50 0.00\n`);
}

/** How often the server was asked for its status, and one more once it was. */
export async function statusCalls(pod: Pod): Promise<number> {
  return pod.has('status.calls') ? (await pod.read('status.calls')).split('\n').length : 0;
}

async function looks(pod: Pod): Promise<void> {
  const before = await statusCalls(pod);
  await until(() => statusCalls(pod)).toBeGreaterThanOrEqual(before + 2);
}

/** Nothing waits for these when all is well. */
export const until = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 });

/** Registers that the scripts of each test are ended after it; what it gives takes a script to end. */
export function endAfterEachTest(signal: 'SIGTERM' | 'SIGKILL'): (script: RunningScript) => RunningScript {
  const running: RunningScript[] = [];
  afterEach(async () => {
    for (const script of running) script.kill(signal);
    await Promise.all(running.splice(0).map((script) => script.finished));
  });
  return (script) => {
    running.push(script);
    return script;
  };
}

/** What the server of a pod was asked to do, besides the questions for its status. */
export async function toldTo(pod: Pod): Promise<readonly string[]> {
  return (await pod.read('status.calls')).split('\n').filter((line) => /FLUSH|SET GLOBAL/.test(line));
}
