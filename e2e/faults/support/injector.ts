/** The injector taken away, and killed between its write of a record and its answer. */
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Lease, V1Pod } from '@kubernetes/client-node';
import { isRunning } from '../../../src/coordination/decide/index.ts';
import type { MemberRecord } from '../../../src/coordination/types.ts';
import { parseRecord, RECORD_ANNOTATION } from '../../../src/coordination/record.ts';
import { sendSignal } from '../../cluster/processes.ts';
import { INJECTOR_NAMESPACE, rolledOut } from '../../support/install.ts';
import { get, kubectl, until } from '../../support/kubectl.ts';
import { killAll, type PodProcess } from '../../support/processes.ts';
import { replicas, serversOf } from '../../support/replicas.ts';

/** No further write for so long: whatever followed the cause is over. */
const QUIET_MS = 10_000;
const MOST_KILLS = 4;
const scale = (count: number) =>
  kubectl(['scale', '-n', INJECTOR_NAMESPACE, 'deployment/galera-injector', `--replicas=${count}`]);

/** Runs `during` without any replica; both serve again afterwards. */
export async function withoutInjector(during: () => Promise<void>): Promise<void> {
  try {
    await scale(0);
    await until('the end of the injector', 60, async () => {
      const { items } = await get<{ items: V1Pod[] }>(INJECTOR_NAMESPACE, 'pods');
      return items.length === 0 ? { done: true } : { not: `${items.length} pods` };
    });
    await during();
  } finally {
    await scale(2);
    await rolledOut();
  }
}

/** The servers of the replicas by pod, read again each second. */
class Replicas {
  #processes = new Map<string, PodProcess[]>();
  #on = true;

  /** Begins to read; each server found runs only a few milliseconds of every fifty, so that it is caught between two steps. */
  static async watch(): Promise<Replicas> {
    const watched = new Replicas();
    await watched.#read();
    watched.#slowMotion(false);
    void watched.#follow();
    return watched;
  }

  /** Kills the server of a replica, when another runs. True when it was killed. */
  kill(name: string): boolean {
    const running = [...this.#processes].filter(([, servers]) => servers.length > 0);
    if (running.length < 2) return false;
    killAll(this.#processes.get(name) ?? []);
    return this.#processes.delete(name);
  }

  /** Lets them run as fast as they can. */
  async release(): Promise<void> {
    this.#on = false;
    await this.#read();
    this.#signal('SIGCONT');
  }

  async #follow(): Promise<void> {
    while (this.#on) {
      await sleep(1_000);
      await this.#read().catch(() => undefined);
    }
  }

  async #read(): Promise<void> {
    const found = (await replicas()).map(
      async (pod) => [pod.metadata?.name ?? '', await serversOf(pod)] as const,
    );
    this.#processes = new Map(await Promise.all(found));
  }

  #slowMotion(stopped: boolean): void {
    if (!this.#on) return;
    this.#signal(stopped ? 'SIGSTOP' : 'SIGCONT');
    setTimeout(() => this.#slowMotion(!stopped), stopped ? 45 : 5);
  }

  #signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    for (const { pid } of [...this.#processes.values()].flat()) sendSignal(pid, name);
  }
}

/**
 * Kills the replica that has just written into the record of a cluster that a node may start, before it can answer, whenever the
 * other one runs; from the first such write after `cause` until none has come for a while. Gives the pods whose server was killed.
 * @throws when nothing was written
 */
export async function killWriters(
  auditLog: string,
  lease: string,
  cause: () => Promise<void>,
): Promise<string[]> {
  const writes = await writesOf(auditLog, lease);
  const watched = await Replicas.watch();
  const killed: string[] = [];
  try {
    const caused = cause();
    caused.catch(() => undefined);
    let last = Date.now();
    while (Date.now() - last < (killed.length === 0 ? 60_000 : QUIET_MS) && killed.length < MOST_KILLS) {
      for (const replica of await writes.next()) {
        last = Date.now();
        if (watched.kill(replica)) killed.push(replica);
      }
      await sleep(2);
    }
    await caused;
  } finally {
    await watched.release();
    await writes.close();
    await rolledOut();
  }
  if (killed.length === 0) throw new Error(`nobody wrote ${lease} while both replicas ran`);
  return killed;
}

/** Who wrote a record, as it is logged from now on. */
async function writesOf(auditLog: string, lease: string) {
  const file = await open(auditLog);
  let at = (await file.stat()).size;
  let rest = '';
  const space = Buffer.alloc(1 << 20);
  let started: readonly string[] = [];
  /** The replica that wrote the record, when that let another member start. */
  const whoStarts = (line: string): string[] => {
    const write = writeIn(line);
    if (write === null) return [];
    const isNew = write.started.some((name) => !started.includes(name));
    started = write.started;
    return isNew ? [write.replica] : [];
  };
  const next = async (): Promise<string[]> => {
    const { bytesRead, buffer } = await file.read(space, 0, space.length, at);
    at += bytesRead;
    const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
    rest = lines.pop() ?? '';
    return lines.filter((line) => line.includes(`"name":"${lease}"`)).flatMap(whoStarts);
  };
  return { next, close: () => file.close() };
}

/** A record that was written, and who wrote it. */
interface Write {
  readonly replica: string;
  /** Names of the members that were told to start and have not asked since. */
  readonly started: readonly string[];
}

/** The write in one line of the log, when it was done and by a pod. */
function writeIn(line: string): Write | null {
  const event = JSON.parse(line) as {
    verb: string;
    user: { extra?: Record<string, string[]> };
    requestObject?: V1Lease;
    responseStatus?: { code?: number };
  };
  const replica = event.user.extra?.['authentication.kubernetes.io/pod-name']?.[0];
  const written = ['create', 'update'].includes(event.verb) && (event.responseStatus?.code ?? 500) < 300;
  if (!written || replica === undefined) return null;
  const { members } = parseRecord(event.requestObject?.metadata?.annotations?.[RECORD_ANNOTATION]);
  return { replica, started: Object.keys(members).filter((name) => isStarted(members[name])) };
}

function isStarted(known: MemberRecord | undefined): boolean {
  return known !== undefined && isRunning(known);
}
