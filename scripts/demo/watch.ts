/** Shows the members of the example becoming one cluster, a line for every change. */
import { setTimeout as sleep } from 'node:timers/promises';
import { elapsed, type Log } from '../../e2e/cluster/progress.ts';
import { look, type Look } from './nodes.ts';
import { databaseContainer, isReady, type Observed, phaseOf } from './phase.ts';
import type { Target } from './target.ts';

/** A member of the cluster that formed. */
export interface Member {
  readonly pod: string;
  readonly container: string;
}

/** The cluster when all its nodes agree. */
export interface Formed {
  /** By ordinal. */
  readonly members: readonly Member[];
  readonly uuid: string;
}

const signOfLife = 20_000;

/**
 * Waits until `size` members are Synced in one cluster, and shows what each does meanwhile.
 * @throws when that takes more than `minutes`, naming what each member was at
 */
export async function watchForming(
  target: Target,
  { size, minutes, log, start }: { size: number; minutes: number; log: Log; start: number },
): Promise<Formed> {
  const shown = new Map<string, string>();
  let lastLine = Date.now();
  const say = (who: string, what: string): void => {
    if (shown.get(who) === what) return;
    shown.set(who, what);
    lastLine = Date.now();
    log(line(start, who, what));
  };
  for (;;) {
    const seen = await look(target);
    for (const complaint of new Set(seen.complaints)) say(`db: ${complaint}`, 'could not be done yet');
    for (const member of seen.members) say(nameOf(member), phaseOf(member));
    const formed = formedBy(seen, size);
    if (formed !== undefined) return formed;
    if (Date.now() - start > minutes * 60_000) throw new Error(tooLate(seen, size, minutes));
    if (Date.now() - lastLine > signOfLife) {
      lastLine = Date.now();
      log(line(start, '', `no change; ${waitingFor(seen)}`));
    }
    await sleep(1_000);
  }
}

function line(start: number, who: string, what: string): string {
  return `  ${`+${elapsed(start)}`.padEnd(8)}${who.padEnd(6)}${what}\n`;
}

function nameOf({ pod }: Observed): string {
  return pod.metadata?.name ?? '?';
}

/** The cluster, when exactly `size` members serve it under one uuid and see each other. */
export function formedBy({ members }: Look, size: number): Formed | undefined {
  const [first] = members;
  const uuid = first?.node?.uuid;
  if (uuid === undefined || members.length !== size) return undefined;
  const agreed = members.every(
    ({ pod, node }) =>
      isReady(pod) &&
      pod.metadata?.deletionTimestamp === undefined &&
      node?.state === 'Synced' &&
      node.status === 'Primary' &&
      node.size === size &&
      node.uuid === uuid,
  );
  if (!agreed) return undefined;
  return {
    uuid,
    members: members.map((member) => ({
      pod: nameOf(member),
      container: databaseContainer(member.pod) ?? '',
    })),
  };
}

function waitingFor({ members }: Look): string {
  const serving = members.filter(({ node }) => node?.state === 'Synced').map(nameOf);
  return serving.length === 0 ? 'no member serves yet' : `Synced so far: ${serving.join(', ')}`;
}

function tooLate({ members, complaints }: Look, size: number, minutes: number): string {
  const states = members.map((member) => `${nameOf(member)} ${phaseOf(member)}`);
  return [
    `The cluster of ${size} did not form within ${minutes} minutes:`,
    ...(states.length === 0 ? complaints.slice(-1) : []),
    ...(states.length === 0 && complaints.length === 0 ? ['no pod was created'] : states),
  ].join('\n  ');
}
