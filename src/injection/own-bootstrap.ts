/** What of a container would begin a cluster by itself, although the coordinator decides at each start who does. */
import { isObject, member, objects, optionalObject, text, texts } from './json.ts';
import { type ContainerView, type PodView, wordsOf } from './pod.ts';
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

/** An address without members, or with those of a variable, which may be empty; not one that is taken off a value. */
const BARE_ADDRESS = /(?<![#%])gcomm:\/\/(?![\w[])/i;

/**
 * Ways to begin a cluster, or to go on without a quorum, whatever runs them. The server also takes the beginning of an
 * option's name, as far as no other option begins so.
 * Sources: MariaDB `galera_new_cluster`, `galera_recovery` and `support-files/mysql.server`; the PXC packages
 * (`bootstrap-pxc`, `mysql@bootstrap`); Galera's provider options `pc.*`.
 */
const BEGINNINGS: readonly RegExp[] = [
  /wsrep[-_]ne(w[\w-]*|\b)|\w*[-_]new[-_]cluster/i,
  // The name of such an option may be put together by the shell.
  /--(loose[-_])?wsrep[\w-]*\$[\w({]*/i,
  /galera_new_cluster|galera_recovery|mysqld_bootstrap|bootstrap[-_]pxc|mysqld?@bootstrap/,
  /\b(service\s+|init\.d\/)(mysqld?|mariadb)\s+bootstrap/,
  /(?<![a-z/])pc\s*[._-]\s*(boot\w*|ignore[._-](sb|quor\w*)(?!\s*=\s*(false|no|off|0)\b))/i,
  /\bset\s+(global\s+|@@global\.)wsrep_(cluster_address|on)\b/i,
];

/**
 * The same, and what hides the address or the state, in what a shell, a server or a client of the database container is
 * given. Sources: percona-docker `entrypoint.sh` (CLUSTER_JOIN); bitnami `libmariadbgalera.sh`.
 */
const WAYS: readonly RegExp[] = [
  ...BEGINNINGS,
  /--(loose[-_])?wsrep[-_]cluster[-_]a[\w-]*/i,
  /(?<![\w${-])wsrep[-_]cluster[-_]a[\w-]*['"`]?\s*[=:](?!=)/i,
  /(?<![\w${])MARIADB_GALERA_(CLUSTER_BOOTSTRAP|FORCE_SAFETOBOOTSTRAP|CLUSTER_ADDRESS)=(?!=)/,
  /(?<![\w${])CLUSTER_JOIN=(?!=)|\bunset [\w ]*\bCLUSTER_JOIN\b/,
  /(?<!\bgrep\b[^\n;|&]*)safe_?to_?bootstrap/i,
  /wsrep[-_]recover(?!y)/i,
];

/**
 * What keeps the options of the injection from a server that a text starts, or gives it another directory: as arguments
 * the start script sees them, and asks the server what it makes of them.
 */
const WAYS_OF_TEXTS: readonly RegExp[] = [
  /--(no-defaults|defaults-(extra-|group-)?(file|suffix))\b/,
  /(?<![\w${])(MARIADB|MYSQL)_HOME=(?!=)|\bunset [\w ]*\b(MARIADB|MYSQL)_HOME\b/,
  /\benv\s+(-i|-\s|--ignore-environment)|\bsu\s+-/,
  /--(loose-)?datadir\b|--(loose-)?(skip-|disable-)wsrep[-_]on|--wsrep[-_](on=(0|off|false)|provider[= ]\s*none)/i,
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
  /** What the container runs, what the kubelet runs in it, or a variable, of which a bare address is replaced or not read. */
  readonly kind: 'command' | 'hook' | 'value';
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
    refuseIn(other, WAYS_OF_OTHERS, [...givenBy(other), ...hookTexts(other)]);
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
  const name = text(json, 'name') ?? '';
  for (const given of all) {
    const isOwn = ways === WAYS;
    const found = firstIn(given.text, isOwn && given.kind !== 'value' ? [...ways, BARE_ADDRESS] : ways);
    if (found !== undefined) throw refusal(name, given.field, found, BEGINS);
    const isText = isOwn && given.kind === 'command' && /\s/.test(given.text);
    const hidden = isText ? firstIn(given.text, WAYS_OF_TEXTS) : undefined;
    if (hidden !== undefined) throw refusal(name, given.field, hidden, HIDES);
  }
}

function firstIn(given: string, ways: readonly RegExp[]): string | undefined {
  return spellingsOf(given)
    .flatMap((spelling) => ways.map((way) => way.exec(spelling)?.[0]))
    .find((match) => match !== undefined);
}

/** As it stands without the lines that are comments, and as a shell reads it: without quotes and continued lines. */
function spellingsOf(given: string): readonly string[] {
  const read = given.replace(/^[ \t]*#.*$/gm, '');
  return [read, read.replace(/\\\n/g, '').replace(/["'\\]/g, '')];
}

const BEGINS =
  'and could begin a second cluster or hide the address; remove it: who bootstraps is decided at each start';
const HIDES =
  'within a text, where the start script cannot see it; give it as a word of its own in args, or remove it';

function refusal(name: string, field: string, found: string, why: string): Refusal {
  return new Refusal(
    'bootstrap_hidden',
    `Container ${quoted(name)} has ${quoted(found)} in its ${field}, ${why}`,
  );
}

/** The words of command and arguments. */
function givenBy({ path, json }: Placed): readonly Given[] {
  return ['command', 'args'].flatMap((key) =>
    texts(json, key, `${path}.${key}`).map((word) => ({ field: key, text: word, kind: 'command' as const })),
  );
}

/** Those of the database, without what the start script drops. */
function commandTexts(own: Placed): readonly Given[] {
  const words = givenBy(own);
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
    commandOf(hook, `${path}.${field}`).map((given) => ({ field, text: given, kind: 'hook' as const })),
  );
}

/** The words as one text: which program is given them counts too. */
function commandOf(hook: unknown, field: string): readonly string[] {
  const exec = isObject(hook) ? member(hook, 'exec') : undefined;
  return isObject(exec) ? [texts(exec, 'command', `${field}.exec.command`).join(' ')] : [];
}

/** Values of variables, as an image may put them behind its server. */
function values(container: ContainerView): readonly Given[] {
  return variables(container).map(([name, value]) => ({
    field: `env ${name}`,
    text: value,
    kind: 'value' as const,
  }));
}

function droppedArguments(container: ContainerView): readonly string[] {
  return wordsOf(container)
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
