/** Clusters with and without TLS among their members, side by side: how long they take to form, and to commit. */
import { step, toStderr } from '../../e2e/cluster/progress.ts';
import { untilFormed } from '../../e2e/support/galera.ts';
import { apply, createNamespace, kubectl } from '../../e2e/support/kubectl.ts';
import { clusterManifest } from '../../e2e/support/strangers.ts';

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
const COMMITS = String.raw`
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
`.replaceAll('\\$', '$');

const TABLE =
  'CREATE DATABASE bench; CREATE TABLE bench.t (id BIGINT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(200))';

/** Measures on the cluster of KUBECONFIG, where the chart is installed. */
export async function measure({ rounds, seconds }: Effort): Promise<readonly Round[]> {
  const found: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const title = `Round ${round + 1} of ${rounds}`;
    found.push(await step(toStderr, title, () => measureRound(round % 2 === 0, seconds)));
  }
  return found;
}

async function measureRound(tlsFirst: boolean, seconds: number): Promise<Round> {
  const sides: readonly Side[] = tlsFirst ? ['on', 'off'] : ['off', 'on'];
  const namespaces = new Map<Side, string>();
  const removals: (() => Promise<void>)[] = [];
  try {
    const formed = { on: 0, off: 0 };
    for (const side of sides) {
      const { name, remove } = await createNamespace(`bench-${side}`);
      namespaces.set(side, name);
      removals.push(remove);
      formed[side] = await form(name, side);
    }
    const commits = async (side: Side, connections: number) =>
      commitsIn(namespaces.get(side) ?? '', seconds, connections);
    const times = { on: { alone: [0], together: [0] }, off: { alone: [0], together: [0] } };
    for (const side of sides) times[side].alone = await commits(side, 1);
    for (const side of sides) times[side].together = await commits(side, TOGETHER);
    return { on: { formedMs: formed.on, ...times.on }, off: { formedMs: formed.off, ...times.off } };
  } finally {
    for (const remove of removals) await remove();
  }
}

/** The milliseconds from the manifest to three Synced members. */
async function form(namespace: string, side: Side): Promise<number> {
  const manifest = await clusterManifest(side);
  const began = Date.now();
  await apply(namespace, manifest);
  await untilFormed(namespace, 'app=db', 3);
  return Date.now() - began;
}

/** @throws when nothing was committed */
async function commitsIn(namespace: string, seconds: number, connections: number): Promise<number[]> {
  const inside = ['exec', '-i', '-n', namespace, 'db-0', '-c', 'mariadb', '--', 'bash'];
  const create = `mariadb -uroot --password="$MARIADB_ROOT_PASSWORD" -e '${TABLE}' 2>/dev/null`;
  await kubectl([...inside, '-c', `${create} || true`]);
  const said = await kubectl([...inside, '-c', COMMITS, 'commits', String(seconds), String(connections)]);
  const times = said
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
  if (times.length === 0) throw new Error(`nothing was committed in namespace ${namespace}`);
  return times;
}
