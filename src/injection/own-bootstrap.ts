/** What of a container would begin a cluster by itself, although the coordinator decides at each start who does. */
import { isObject, member, objects, optionalObject, text, texts } from './json.ts';
import type { ContainerView, PodView } from './pod.ts';
import { Refusal } from './refusal.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, quotedList, sentence } from './text.ts';
import type { JsonObject } from './types.ts';

/** Arguments that the start script drops (agent/lib/flavor.sh). */
const DECIDED_OPTION = /^--(loose[-_])?wsrep[-_](new[-_]cluster|cluster[-_]address)(=|$)/;
const VALUE_FOLLOWS = /^--(loose[-_])?wsrep[-_]cluster[-_]address$/;

/** Variables that the start script sets again at each start (agent/lib/flavor.sh). */
const DECIDED_VARIABLES = ['MARIADB_GALERA_CLUSTER_BOOTSTRAP', 'MARIADB_GALERA_FORCE_SAFETOBOOTSTRAP'];
const YES = /^(yes|true|1|on)$/i;

/** An address without members, or with those of a variable, which may be empty. */
const BARE_ADDRESS = /gcomm:\/\/(?![\w[])/i;

/**
 * Ways to begin a cluster, or to go on without a quorum, whatever runs them. The server also takes the beginning of an
 * option's name, as far as no other option begins so.
 * Sources: MariaDB `galera_new_cluster`, `galera_recovery` and `support-files/mysql.server`; the PXC packages
 * (`bootstrap-pxc`, `mysql@bootstrap`); Galera's provider options `pc.*`.
 */
const BEGINNINGS: readonly RegExp[] = [
  /wsrep[-_]ne(w[\w-]*|\b)/i,
  /galera_new_cluster|galera_recovery|mysqld_bootstrap|bootstrap[-_]pxc|mysqld?@bootstrap/,
  /\b(service|systemctl|init\.d)\b.*\bbootstrap/,
  /(?<![a-z])pc[._-](boot\w*|ignore[._-](sb|quor\w*))/i,
];

/**
 * The same, and what hides the address or the state, in what a shell, a server or a client of the database container is
 * given. Sources: percona-docker `entrypoint.sh` (CLUSTER_JOIN); bitnami `libmariadbgalera.sh`.
 */
const WAYS: readonly RegExp[] = [
  ...BEGINNINGS,
  /--(loose[-_])?wsrep[-_]cluster[-_]a[\w-]*/i,
  /(?<![\w${-])wsrep[-_]cluster[-_]a[\w-]*['"`]?\s*=(?!=)/i,
  /(?<![\w${])MARIADB_GALERA_(CLUSTER_BOOTSTRAP|FORCE_SAFETOBOOTSTRAP|CLUSTER_ADDRESS)=(?!=)/,
  /(?<![\w${])CLUSTER_JOIN=(?!=)|\bunset [\w ]*\bCLUSTER_JOIN\b/,
  /safe_?to_?bootstrap/i,
  /wsrep[-_]recover(?!y)/i,
];

/** In other containers, which reach the data or the server too: who reads the state there does no harm. */
const WAYS_OF_OTHERS: readonly RegExp[] = [
  ...BEGINNINGS,
  /(?<=\bsed\b[^\n]*\s-(\w*i|-in-place)[^\n]*)safe_?to_?bootstrap/i,
  /safe_?to_?bootstrap(?=[^\n;|&]*>)/i,
];

/** Something that the pod gives to a shell, a server or a client. */
interface Given {
  /** Where it stands, below the container. */
  readonly field: string;
  readonly text: string;
  /** Whether it is run; a bare address in anything else is replaced, or not read. */
  readonly isCommand: boolean;
}

/**
 * Warns of arguments and variables that the start script drops, since who bootstraps is decided at each start.
 *
 * @throws Refusal `bootstrap_hidden` when such a thing is where nothing can drop it
 */
export function ownBootstrap({ pod, container }: Target): Contribution {
  const own = { path: `spec.containers[${container.index}]`, json: container.json };
  refuseIn(own, WAYS, [...commandTexts(own), ...hookTexts(own), ...values(container)]);
  for (const other of othersOf(pod, container)) {
    refuseIn(other, WAYS_OF_OTHERS, [...wordsOf(other), ...hookTexts(other)]);
  }
  const dropped = [...droppedArguments(container), ...droppedVariables(container)];
  if (dropped.length === 0) return {};
  const message = `Container ${quoted(container.name)}: ${quotedList(dropped)} is dropped; the address and who bootstraps are decided at each start`;
  return { warnings: [{ reason: 'argument_dropped', message: sentence(message) }] };
}

/** Any container of a pod and where it stands. */
interface Placed {
  readonly path: string;
  readonly json: JsonObject;
}

function othersOf({ spec }: PodView, database: ContainerView): readonly Placed[] {
  return (['containers', 'initContainers'] as const).flatMap((list) =>
    objects(spec, list, `spec.${list}`)
      .map((json, index) => ({ path: `spec.${list}[${index}]`, json }))
      .filter(({ json }) => json !== database.json),
  );
}

function refuseIn({ json }: Placed, ways: readonly RegExp[], all: readonly Given[]): void {
  for (const given of all) {
    const fitting = given.isCommand && ways === WAYS ? [...ways, BARE_ADDRESS] : ways;
    const found = fitting.map((way) => way.exec(given.text)?.[0]).find((match) => match !== undefined);
    if (found !== undefined) throw refusal(text(json, 'name') ?? '', given.field, found);
  }
}

function refusal(name: string, field: string, found: string): Refusal {
  return new Refusal(
    'bootstrap_hidden',
    `Container ${quoted(name)} has ${quoted(found)} in its ${field}, and could begin a second cluster or hide the ` +
      `address; remove it: who bootstraps is decided at each start`,
  );
}

/** The words of command and arguments. */
function wordsOf({ path, json }: Placed): readonly Given[] {
  return ['command', 'args'].flatMap((key) =>
    texts(json, key, `${path}.${key}`).map((word) => ({ field: key, text: word, isCommand: true })),
  );
}

/** Those of the database, without what the start script drops. */
function commandTexts(own: Placed): readonly Given[] {
  const words = wordsOf(own);
  return words.filter(
    ({ text: word }, at) => !DECIDED_OPTION.test(word) && !VALUE_FOLLOWS.test(words[at - 1]?.text ?? ''),
  );
}

/** Commands that the kubelet runs in the container. */
function hookTexts({ path, json }: Placed): readonly Given[] {
  const lifecycle = optionalObject(json, 'lifecycle', `${path}.lifecycle`) ?? {};
  const hooks: readonly (readonly [field: string, hook: unknown])[] = [
    ['lifecycle.postStart', member(lifecycle, 'postStart')],
    ['lifecycle.preStop', member(lifecycle, 'preStop')],
    ...(['startupProbe', 'readinessProbe', 'livenessProbe'] as const).map(
      (name) => [name, member(json, name)] as const,
    ),
  ];
  return hooks.flatMap(([field, hook]) =>
    commandOf(hook, `${path}.${field}`).map((word) => ({ field, text: word, isCommand: true })),
  );
}

function commandOf(hook: unknown, field: string): readonly string[] {
  const exec = isObject(hook) ? member(hook, 'exec') : undefined;
  return isObject(exec) ? texts(exec, 'command', `${field}.exec.command`) : [];
}

/** Values of variables, as an image may put them behind its server. */
function values(container: ContainerView): readonly Given[] {
  return variables(container).map(([name, value]) => ({
    field: `env ${name}`,
    text: value,
    isCommand: false,
  }));
}

function droppedArguments({ index, json }: ContainerView): readonly string[] {
  return ['command', 'args']
    .flatMap((key) => texts(json, key, `spec.containers[${index}].${key}`))
    .filter((word) => DECIDED_OPTION.test(word))
    .map((word) => word.split('=')[0] ?? '');
}

function droppedVariables(container: ContainerView): readonly string[] {
  return variables(container)
    .filter(([name, value]) => DECIDED_VARIABLES.includes(name) && YES.test(value))
    .map(([name]) => name);
}

function variables({ index, json }: ContainerView): readonly (readonly [name: string, value: string])[] {
  const entries: readonly JsonObject[] = objects(json, 'env', `spec.containers[${index}].env`);
  return entries.map((entry) => [text(entry, 'name') ?? '', text(entry, 'value') ?? '']);
}
