/** Clusters with and without TLS among their members, side by side: how long they take to form, and to commit. */
import { step, toStderr } from '../../e2e/cluster/progress.ts';
import { sql, untilFormed } from '../../e2e/support/galera.ts';
import { apply, createNamespace, kubectl } from '../../e2e/support/kubectl.ts';
import { clusterManifest } from '../../e2e/support/examples.ts';

/** How much to measure. */
export interface Effort {
  readonly rounds: number;
  /** Seconds of commits of each kind in a round. */
  readonly seconds: number;
}

/** With TLS, or without. */
export type Side = 'on' | 'off';

/** What one cluster took. */
export interface Found {
  readonly formedMs: number;
  /** Of each commit of a single connection, in microseconds. */
  readonly alone: readonly number[];
  /** The same of eight connections at a time. */
  readonly together: readonly number[];
}

/** What a round found; its clusters take turns in going first. */
export type Round = Readonly<Record<Side, Found>>;

/** Connections that commit at a time. */
export const TOGETHER = 8;

/** Prints the microseconds that each commit took, until the time is over. */
const COMMITS = `
commits() {
  local end=$((EPOCHSECONDS + $1)) began word
  coproc client { mariadb -uroot --password="$MARIADB_ROOT_PASSWORD" -NBn bench; }
  while ((EPOCHSECONDS < end)); do
    began=\${EPOCHREALTIME/[.,]/}
    echo "INSERT INTO t (v) VALUES (REPEAT('x', 200)); SELECT 1;" >&"\${client[1]}"
    read -r word <&"\${client[0]}" || exit 1
    echo $((\${EPOCHREALTIME/[.,]/} - began))
  done
}
for ((one = 0; one < $2; one++)); do commits "$1" 2>/dev/null & done
wait
`;

const TABLE =
  'CREATE DATABASE bench; CREATE TABLE bench.t (id BIGINT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(200))';

/** Measures on the cluster of KUBECONFIG, where the chart is installed. */
export async function measure({ rounds, seconds }: Effort): Promise<readonly Round[]> {
  const found: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const title = `Round ${round + 1} of ${rounds}`;
    found.push(await step(toStderr, title, () => measureRound(round % 2 === 0 ? 'on' : 'off', seconds)));
  }
  return found;
}

async function measureRound(first: Side, seconds: number): Promise<Round> {
  const [on, off] = await Promise.all([createNamespace('bench-on'), createNamespace('bench-off')]);
  const names = { on: on.name, off: off.name };
  try {
    const formedMs = await inTurn(first, (side) => form(names[side], side));
    const alone = await inTurn(first, (side) => commitsIn(names[side], seconds, 1));
    const together = await inTurn(first, (side) => commitsIn(names[side], seconds, TOGETHER));
    const found = (side: Side) => ({
      formedMs: formedMs[side],
      alone: alone[side],
      together: together[side],
    });
    return { on: found('on'), off: found('off') };
  } finally {
    await Promise.all([on.remove(), off.remove()]);
  }
}

/** Measures one side, and then the other. */
async function inTurn<T>(
  first: Side,
  measured: (side: Side) => Promise<T>,
): Promise<Readonly<Record<Side, T>>> {
  const before = await measured(first);
  const after = await measured(first === 'on' ? 'off' : 'on');
  return first === 'on' ? { on: before, off: after } : { on: after, off: before };
}

/** The milliseconds from the manifest to three Synced members, which get a table then. */
async function form(namespace: string, side: Side): Promise<number> {
  const manifest = await clusterManifest(side);
  const began = Date.now();
  await apply(namespace, manifest);
  await untilFormed(namespace, 'app=db', 3);
  const formedMs = Date.now() - began;
  await sql(namespace, 'db-0', 'mariadb', TABLE);
  return formedMs;
}

/** @throws when nothing was committed */
async function commitsIn(namespace: string, seconds: number, connections: number): Promise<number[]> {
  const inside = ['exec', '-n', namespace, 'db-0', '-c', 'mariadb', '--', 'bash', '-c', COMMITS, 'commits'];
  const said = await kubectl([...inside, String(seconds), String(connections)]);
  const times = said
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
  if (times.length === 0) throw new Error(`nothing was committed in namespace ${namespace}`);
  return times;
}
