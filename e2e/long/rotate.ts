/** Rotations of leaf and authority on a real cluster under load. */
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CoreV1Api } from '@kubernetes/client-node';
import { splitPem, validityOf } from '../../src/tls/chain.ts';
import { toStderr } from '../cluster/progress.ts';
import { connectApi } from '../support/api.ts';
import { INJECTOR_NAMESPACE, rolledOut } from '../support/install.ts';
import { createNamespace, until } from '../support/kubectl.ts';
import { oldOnesGone } from '../support/replicas.ts';
import { run } from '../support/run.ts';
import { admitting, coreApi, createWithoutPause, noAdmissions, type Admissions } from './admissions.ts';
import { connectionFault, replicaAddresses } from './replica-calls.ts';
import { GivenAuthorities, RotationCount, type SecretTexts } from './rotation-count.ts';

const root = join(import.meta.dirname, '..', '..');
const PROGRESS_MS = 10_000;
/** How close to the end of its authority a pod is no longer counted on: the looks of a busy machine are late. */
const MARGIN_MS = 2_000;
/** An authority lasts about 20 s; a run that takes three times as long and a few minutes is over. */
const LONGEST_MS = 60_000;
const START_MS = 180_000;
const YEAR_MS = 365 * 24 * 3_600_000;
const LOOKS = 'tls.checkInterval=250ms';
/** Values of the chart with which an authority is replaced about every 20 s, and a leaf every 8 s at the latest. */
export const QUICK = ['tls.leafLife=12s', 'tls.authorityLife=24s', LOOKS] as const;

/** What the run found. */
export interface Outcome {
  readonly rotations: RotationCount;
  readonly admissions: Admissions;
  readonly calls: number;
  readonly callFaults: readonly string[];
  readonly seconds: number;
}

/** Upgrades the release to the chart with these settings and no others, and waits for it. */
export async function upgrade(settings: readonly string[] = []): Promise<void> {
  const chart = join(root, 'charts', 'galera-injector');
  const sets = settings.flatMap((one) => ['--set', one]);
  const options = ['-n', INJECTOR_NAMESPACE, '--reset-values', '--wait', '--timeout', '3m'];
  await run(process.env['E2E_HELM'] ?? 'helm', ['upgrade', 'galera-injector', chart, ...options, ...sets], {
    timeoutMs: 300_000,
  });
  await rolledOut();
}

/**
 * Makes certificates change quickly, and waits until every replica goes by an authority of a short life: the chain to the one
 * of years, which signed before, ends with that, and a replica that has not looked yet still gives the one of years to pods. So does
 * one of before, which answers the API server until it has ended.
 */
export async function speedUp(): Promise<void> {
  await upgrade(QUICK);
  await oldOnesGone();
  await until('an authority of seconds in every replica', 60, async () => {
    const [first = ''] = splitPem((await readSecret(coreApi()))['ca.crt']);
    const end = validityOf(first).to;
    if (end > Date.now() + LONGEST_MS) return { not: new Date(end).toISOString() };
    const faults = await Promise.all((await reachable()).map((address) => connectionFault(address, first)));
    return faults.every((fault) => fault === null) ? { done: true } : { not: faults.join(', ') };
  });
}

/** Addresses of the replicas; they are reached from this machine only where it is a node of the cluster. */
async function reachable(): Promise<readonly string[]> {
  return process.env['E2E_BOOTED'] === 'yes' ? replicaAddresses() : [];
}

/**
 * Goes back to the lives of the chart: first authorities of years, then looks that are as far apart as before. There may be
 * two: replicas with the short lives, which end last, may have replaced the first one, of which a long leaf is left.
 */
export async function slowDown(): Promise<void> {
  await upgrade([LOOKS]);
  await until('authorities of years', 120, async () => {
    const ends = await endsOfAuthorities();
    const years = ends.length > 0 && ends.every((end) => end > Date.now() + YEAR_MS);
    return years ? { done: true } : { not: ends.map((end) => new Date(end).toISOString()).join(', ') };
  });
  await upgrade();
}

/** When the authorities expire, the one that signs first. */
async function endsOfAuthorities(): Promise<readonly number[]> {
  return splitPem((await readSecret(coreApi()))['ca.crt']).map((one) => validityOf(one).to);
}

async function readSecret(api: CoreV1Api): Promise<SecretTexts> {
  const { data = {} } = await api.readNamespacedSecret({
    namespace: INJECTOR_NAMESPACE,
    name: 'galera-injector-tls',
  });
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  return { 'ca.crt': text('ca.crt'), 'tls.crt': text('tls.crt') };
}

/** Rotates until both counts are reached, or far too much time has passed, while `workers` create pods and each replica is called as pods do. */
export async function rotate(wanted: number, workers: number): Promise<Outcome> {
  const [api, connection] = [coreApi(), await connectApi(workers)];
  const { name: namespace, remove } = await createNamespace('rotations');
  const stop = new AbortController();
  const [rotations, given] = [new RotationCount(), new GivenAuthorities()];
  const admissions = noAdmissions();
  const begin = Date.now();
  const admit = admitting(connection);
  const load = createWithoutPause(
    admit,
    namespace,
    workers,
    admissions,
    (one) => given.add(one),
    stop.signal,
  );
  const callFaults: string[] = [];
  let calls = 0;
  let shown = begin;
  const addresses = await reachable();
  const note = (what: string) => callFaults.push(`${new Date().toISOString()} ${what}`);
  const isDone = () => rotations.leaves >= wanted && rotations.authorities >= wanted;
  const end = begin + START_MS + wanted * LONGEST_MS;
  try {
    while (!isDone() && Date.now() < end) {
      await readSecret(api).then(
        (secret) => rotations.see(secret),
        (error: unknown) => note(`the Secret cannot be read: ${String(error)}`),
      );
      for (const authorities of given.reliable(Date.now(), MARGIN_MS)) {
        for (const address of addresses) {
          const fault = await connectionFault(address, authorities);
          calls += 1;
          if (fault !== null) note(`${address}: ${fault}`);
        }
      }
      if (Date.now() - shown > PROGRESS_MS) {
        shown = Date.now();
        toStderr(`${progress(rotations, admissions, callFaults)}\n`);
      }
      await sleep(250);
    }
  } finally {
    stop.abort();
    await load;
    connection.close();
    await remove();
  }
  return { rotations, admissions, calls, callFaults, seconds: Math.round((Date.now() - begin) / 1_000) };
}

function progress(
  rotations: RotationCount,
  { created, failures }: Admissions,
  faults: readonly string[],
): string {
  const changed = `${rotations.leaves} leaves, ${rotations.authorities} authorities`;
  return `${changed}; ${created} pods admitted, ${failures.length} failed; ${faults.length} refused calls`;
}
