/** A cluster under test, its application, and what both have seen. */
import type { V1Pod } from '@kubernetes/client-node';
import { untilFormed } from '../../support/galera.ts';
import { apply, createNamespace, kubectlAny, pods, until } from '../../support/kubectl.ts';
import { missingRows, startWriter, type Writer } from '../../support/writer.ts';
import type { Result } from './results.ts';
import { longestGap } from '../../support/statistics.ts';
import { backOffAfter, syncedAfter } from './times.ts';
import { SELECTOR, type Workload } from './workloads.ts';

/** A cluster that has formed, with an application that writes to it. */
export class Subject {
  readonly namespace: string;
  readonly workload: Workload;
  readonly uuid: string;
  readonly remove: () => Promise<void>;
  #writer: Writer | null;
  #since = 0;
  #broken: number | null = null;
  #outcome: Result['outcome'] = 'by itself';
  readonly #firstStart: number | null;
  #measured: Pick<Result, 'synced' | 'backOff' | 'gap' | 'acknowledged' | 'lost'> = {
    synced: null,
    backOff: 0,
    gap: null,
    acknowledged: 0,
    lost: 0,
  };

  private constructor(
    namespace: string,
    made: Workload,
    uuid: string,
    writer: Writer,
    remove: () => Promise<void>,
    firstStart: number | undefined,
  ) {
    this.#firstStart = firstStart ?? null;
    this.namespace = namespace;
    this.workload = made;
    this.uuid = uuid;
    this.#writer = writer;
    this.remove = remove;
  }

  /** Applies the workload in a namespace of its own and waits for its nodes and the first acknowledged row. */
  static async form(made: Workload): Promise<Subject> {
    const { name, remove } = await createNamespace('fault');
    try {
      const since = Date.now();
      await apply(name, made.manifest);
      const { uuid } = await untilFormed(name, SELECTOR, made.size, 300);
      const firstStart = await syncedAfter(name, SELECTOR, since);
      const writer = await startWriter(name, `${made.cluster}-mysql`, `${made.cluster}-galera`);
      return new Subject(name, made, uuid, writer, remove, firstStart);
    } catch (error) {
      await remove();
      throw error;
    }
  }

  /** Time zero: the fault happens now, or everything that was taken away is given back now. */
  begin(): void {
    this.#since = Date.now();
  }

  /** A fault that lasts begins now, and ends with `begin`: the gap in the writes is measured from here. */
  breaks(): void {
    this.#broken = Date.now();
  }

  /** The pods by member, in order; of a shape whose pods have no fixed names, by name. */
  async pods(): Promise<V1Pod[]> {
    const found = await pods(this.namespace, SELECTOR);
    return found.toSorted((a, b) => (a.metadata?.name ?? '').localeCompare(b.metadata?.name ?? ''));
  }

  async podNames(): Promise<string[]> {
    return (await this.pods()).map((pod) => pod.metadata?.name ?? '');
  }

  /** Numbers acknowledged so far. */
  acknowledged(): Promise<number[]> {
    if (this.#writer === null) throw new Error('the application has been stopped');
    return this.#writer.acknowledged();
  }

  /** Waits until the application has had `more` further rows acknowledged. */
  async moreRows(more: number, seconds = 180): Promise<void> {
    const before = (await this.acknowledged()).length;
    await until(`${more} more acknowledged rows`, seconds, async () => {
      const now = (await this.acknowledged()).length - before;
      return now >= more ? { done: true } : { not: `${now} more` };
    });
  }

  /**
   * Waits until `size` nodes are Synced in one component again and holds them to the promise: the same uuid (or another
   * when the data is gone by design), every acknowledged row on every node. Notes the times.
   */
  async recovers({
    size = this.workload.size,
    seconds = 300,
    uuid = 'same',
    givenUp = [],
  }: Recovery = {}): Promise<void> {
    const formed = await untilFormed(this.namespace, SELECTOR, size, seconds);
    if ((formed.uuid === this.uuid) !== (uuid === 'same')) {
      throw new Error(`the cluster was ${this.uuid} and is ${formed.uuid} now; wanted: the ${uuid}`);
    }
    if (uuid === 'same' && this.#writer !== null) await this.moreRows(5);
    const since = this.#since;
    const synced = (await syncedAfter(this.namespace, SELECTOR, since)) ?? null;
    const backOff = await backOffAfter(this.namespace, SELECTOR, since);
    this.#measured = { ...this.#measured, synced, backOff };
    if (uuid === 'same') await this.#hold(since, givenUp);
  }

  /** Says that a person had a part in the recovery, or that the right end was a refusal. */
  ended(outcome: Result['outcome']): void {
    this.#outcome = outcome;
  }

  /** What the run measured. */
  async outcome(): Promise<Outcome> {
    await this.stopWriter();
    return { outcome: this.#outcome, firstStart: this.#firstStart, ...this.#measured };
  }

  /** Ends the application; gives the rows that were acknowledged. */
  async stopWriter(): Promise<number[]> {
    if (this.#writer === null) return [];
    const rows = await this.#writer.stop();
    this.#writer = null;
    return rows;
  }

  async #hold(since: number, givenUp: readonly number[]): Promise<void> {
    if (this.#writer === null) return;
    const times = await this.#writer.times();
    const rows = (await this.stopWriter()).filter((one) => !givenUp.includes(one));
    const missing = await missingRows(this.namespace, SELECTOR, rows);
    const lost = new Set(Object.values(missing).flat()).size;
    this.#measured = {
      ...this.#measured,
      gap: longestGap(times, this.#broken ?? since),
      acknowledged: rows.length,
      lost,
    };
    if (lost > 0) throw new Error(`acknowledged rows are missing: ${JSON.stringify(missing)}`);
  }

  /** The state of everything, for the message of a failure. */
  async describe(selector: string): Promise<string> {
    const ask = async (...args: string[]) => {
      const ran = await kubectlAny([...args, '-n', this.namespace]);
      return ran.stdout + ran.stderr;
    };
    return [
      await ask('get', 'pods', '-o', 'wide'),
      await ask('get', 'events', '--sort-by=.lastTimestamp'),
      await ask('logs', '-l', selector, '--all-containers', '--prefix', '--tail=40'),
    ].join('\n');
  }
}

type Outcome = Omit<Result, 'row' | 'fault' | 'case' | 'figure' | 'commit' | 'date'>;

/** What a recovery must end in. */
export interface Recovery {
  readonly size?: number;
  readonly seconds?: number;
  readonly uuid?: 'same' | 'other';
  /** Acknowledged rows that were on a volume which was refused, and which a person has emptied since. */
  readonly givenUp?: readonly number[];
}
