/** What of a container would begin a cluster by itself, although the coordinator decides at each start who does. */
import { isObject, member, objects, optionalObject, text, texts } from './json.ts';
import { droppedEnvironment, hidingOption } from './lost-options.ts';
import { type ContainerView, type PodView, wordsOf } from './pod.ts';
import { Refusal } from './refusal.ts';
import { commandsIn } from './shell.ts';
import { writesState } from './state-file.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, quotedList, sentence } from './text.ts';
import type { JsonObject } from './types.ts';

/** Arguments that the start script drops (agent/lib/flavor.sh). */
const DECIDED_OPTION = /^--(loose[-_])?wsrep[-_](new[-_]cluster|cluster[-_]address)(=|$)/;
const VALUE_FOLLOWS = /^--(loose[-_])?wsrep[-_]cluster[-_]address$/;

/** Variables that the start script sets again at each start (agent/lib/flavor.sh). */
const DECIDED_VARIABLES = ['MARIADB_GALERA_CLUSTER_BOOTSTRAP', 'MARIADB_GALERA_FORCE_SAFETOBOOTSTRAP'];
const YES = /^(yes|true|1|on)$/i;

/** An address without members, or with those of a variable, which may be empty; not one that is taken off a value: ${A#…}. */
const BARE_ADDRESS = /(?<!\$\{\w{1,99}[#%]{1,2})gcomm:\/\/(?![\w[])/i;

/**
 * The line that makes a member one that may bootstrap. Looking for it does no harm: behind `grep`, as an address of `sed`
 * and `awk` (` /…/`), as a pattern of the shell (`*"…`), or compared (` = "…`). How far it looks back is bounded, since it
 * does so at each match.
 */
const MARK =
  /(?<!\bgrep\b[^\n;|&]{0,300}|(?:^|[\s"'])\/\^?|\*["']?|\s={1,2}\s["']?)safe_?to_?bootstrap(?=["']?\s*:\s*["']?1)/i;

/** Options of servers that begin a cluster; the server takes `_` for `-`, and the beginning of a name. */
const NEW_CLUSTER = /_?wsrep[-_]ne(w[\w-]*|\b)/i;
/** A piece of such an option, which a shell puts together. Behind a word it is the name of something. */
const PIECE = /(?:(?<![\w/.:-])\$\w+|(?<!\w))[-_]new[-_]cluster/i;

/**
 * Ways to begin a cluster, or to go on without a quorum, whatever runs them. The server also takes the beginning of an
 * option's name, as far as no other option begins so.
 * Sources: MariaDB `galera_new_cluster`, `galera_recovery` and `support-files/mysql.server`; the PXC packages
 * (`bootstrap-pxc`, `mysql@bootstrap`); Galera's provider options `pc.*`.
 */
const BEGINNINGS: readonly RegExp[] = [
  NEW_CLUSTER,
  MARK,
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
  PIECE,
  /--(loose[-_])?wsrep[-_]cluster[-_]a[\w-]*/i,
  /(?<![\w${-])wsrep[-_]cluster[-_]a[\w-]*['"`]?\s*[=:](?!=)/i,
  /(?<![\w${])MARIADB_GALERA_(CLUSTER_BOOTSTRAP|FORCE_SAFETOBOOTSTRAP|CLUSTER_ADDRESS)=(?!=)/,
  /(?<![\w${])CLUSTER_JOIN=(?!=)|\bunset (?:\w+ +){0,20}CLUSTER_JOIN\b/,
  /wsrep[-_]recover(?!y)/i,
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
export function ownBootstrap({ pod, container, flavor, data }: Target): Contribution {
  const own = { path: `spec.containers[${container.index}]`, json: container.json };
  const others = othersOf(pod, container);
  for (const placed of [own, ...others]) refuseEndless(placed);
  refuseIn(own, WAYS, [...commandTexts(own), ...hookTexts(own), ...values(own)]);
  refuseLost(own, TOLD_BY_VARIABLES.has(flavor.id));
  refuseWriting(own, data.path);
  for (const other of others) {
    refuseIn(other, BEGINNINGS, [...commandText(other), ...hookTexts(other), ...values(other)]);
    refuseAlone(other);
    refuseWriting(other, data.path);
  }
  const dropped = [...droppedArguments(container), ...decidedVariables(own)];
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
    const isOwn = ways === WAYS && given.kind !== 'value';
    const found = firstIn(given.text, isOwn ? [...ways, BARE_ADDRESS] : ways);
    if (found !== undefined) throw refusal(json, given.field, found, BEGINS);
  }
}

/** Refuses what would take the webhook seconds to read. Linux starts no program with a longer word (MAX_ARG_STRLEN). */
function refuseEndless(placed: Placed): void {
  for (const { field, words } of [
    { field: 'command and args', words: wordsIn(placed) },
    ...hooksOf(placed),
  ]) {
    const length = words.reduce((sum, word) => sum + word.length, 0);
    if (length <= LONGEST) continue;
    throw refusal(
      placed.json,
      field,
      `${length} characters`,
      'more than the 131072 that are read; put the text in a file',
    );
  }
}
const LONGEST = 131_072;

/** Refuses a server beside the database's that is told to begin a cluster: by a variable, or by an address without members. */
function refuseAlone(other: Placed): void {
  const [variable] = decidedVariables(other);
  if (variable !== undefined) throw refusal(other.json, 'env', variable, BEGINS);
  for (const given of commandText(other)) {
    const found = SERVER.test(given.text) ? firstIn(given.text, [BARE_ADDRESS]) : undefined;
    if (found !== undefined) throw refusal(other.json, given.field, found, BEGINS);
  }
}

/** A server that is started; a section or a file of options is none. */
const SERVER = /(?<![[\w])(mariadbd|mysqld)([_-]safe)?\b(?![\].])/;

/** Flavors whose entrypoints are told by variables, so that as words too nothing may take these away. */
const TOLD_BY_VARIABLES: ReadonlySet<string> = new Set(['percona', 'bitnami', 'kubernetes-examples']);

/** Refuses what keeps from the server what the start script tells it. */
function refuseLost(own: Placed, isToldByVariables: boolean): void {
  const [words = [], ...inTexts] = commandsIn(wordsIn(own));
  for (const command of inTexts) {
    const found = hidingOption(command);
    if (found !== undefined) throw refusal(own.json, fieldOf(own, found), found, HIDES);
  }
  for (const command of isToldByVariables ? [words, ...inTexts] : inTexts) {
    const found = droppedEnvironment(command);
    if (found !== undefined) throw refusal(own.json, fieldOf(own, found), found, DROPS);
  }
}

/** Refuses what writes the file by which a member tells that it may bootstrap. */
function refuseWriting(placed: Placed, directory: string): void {
  for (const { field, words } of [{ field: '', words: wordsIn(placed) }, ...hooksOf(placed)]) {
    const found = writesState(words, directory);
    if (found === undefined) continue;
    throw refusal(placed.json, field === '' ? fieldOf(placed, found) : field, found, WRITES);
  }
}

function firstIn(given: string, ways: readonly RegExp[]): string | undefined {
  return spellingsOf(given)
    .flatMap((spelling) => ways.map((way) => way.exec(spelling)?.[0]))
    .find((match) => match !== undefined);
}

/** As it stands without the lines that are comments, and as a shell reads it: without quotes and continued lines. */
function spellingsOf(given: string): readonly string[] {
  const read = withoutComments(given);
  return [read, read.replace(/\\\n/g, '').replace(/["'\\]/g, '')];
}

function withoutComments(given: string): string {
  return given.replace(/^[ \t]*#.*$/gm, '');
}

const BEGINS =
  'and could begin a second cluster or hide the address; remove it: who bootstraps is decided at each start';
const HIDES =
  'within a text, where the start script cannot see it; give it as a word of its own in args, or remove it';
const DROPS =
  'which takes away the environment that tells the server who the others are; remove it (gosu keeps the environment)';
const WRITES =
  'and writes that file, from which each member could bootstrap; remove it: who bootstraps is decided at each start';

function refusal(json: JsonObject, field: string, found: string, why: string): Refusal {
  const name = text(json, 'name') ?? '';
  return new Refusal(
    'bootstrap_hidden',
    `Container ${quoted(name)} has ${quoted(found)} in its ${field}, ${why}`,
  );
}

function fieldWords({ path, json }: Placed, field: 'command' | 'args'): readonly string[] {
  return texts(json, field, `${path}.${field}`);
}

function wordsIn(placed: Placed): readonly string[] {
  return [...fieldWords(placed, 'command'), ...fieldWords(placed, 'args')];
}

/** Where something stands that was found in the words of both fields, of which the beginning need not be in one alone. */
function fieldOf(placed: Placed, found: string): string {
  const [, end = found] = /(\S+)$/.exec(found) ?? [];
  return fieldWords(placed, 'args').some((word) => word.includes(end)) ? 'args' : 'command';
}

/** The words of the database's command and arguments, without what the start script drops. */
function commandTexts(own: Placed): readonly Given[] {
  const words = (['command', 'args'] as const).flatMap((field) =>
    fieldWords(own, field).map((word) => ({ field, text: word, kind: 'command' as const })),
  );
  return words.filter(
    ({ text: word }, at) => !DECIDED_OPTION.test(word) && !VALUE_FOLLOWS.test(words[at - 1]?.text ?? ''),
  );
}

/** Those of another container as one text: which program is given them counts too. */
function commandText(other: Placed): readonly Given[] {
  return (['command', 'args'] as const).flatMap((field, at) => {
    const words = at === 0 ? fieldWords(other, field) : wordsIn(other);
    return words.length === 0 ? [] : [{ field, text: joined(words), kind: 'command' as const }];
  });
}

function joined(words: readonly string[]): string {
  return words.map(withoutComments).join(' ');
}

interface Hook {
  readonly field: string;
  readonly words: readonly string[];
}

/** Commands that the kubelet runs in the container. */
function hooksOf({ path, json }: Placed): readonly Hook[] {
  const lifecycle = optionalObject(json, 'lifecycle', `${path}.lifecycle`) ?? {};
  const hooks: readonly (readonly [field: string, hook: unknown])[] = [
    ['lifecycle.postStart', member(lifecycle, 'postStart')],
    ['lifecycle.preStop', member(lifecycle, 'preStop')],
    ...(['startupProbe', 'readinessProbe', 'livenessProbe'] as const).map(
      (name) => [name, member(json, name)] as const,
    ),
  ];
  return hooks.flatMap(([field, hook]) => {
    const exec = isObject(hook) ? member(hook, 'exec') : undefined;
    return isObject(exec) ? [{ field, words: texts(exec, 'command', `${path}.${field}.exec.command`) }] : [];
  });
}

function hookTexts(placed: Placed): readonly Given[] {
  return hooksOf(placed).map(({ field, words }) => ({ field, text: joined(words), kind: 'hook' as const }));
}

/** Values of variables, as an image may put them behind its server. */
function values(placed: Placed): readonly Given[] {
  return variables(placed).map(([name, value]) => ({
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

/** Variables by which an entrypoint bootstraps; the start script drops the database's. */
function decidedVariables(placed: Placed): readonly string[] {
  return variables(placed)
    .filter(([name, value]) => DECIDED_VARIABLES.includes(name) && YES.test(value))
    .map(([name]) => name);
}

function variables({ path, json }: Placed): readonly (readonly [name: string, value: string])[] {
  const entries: readonly JsonObject[] = objects(json, 'env', `${path}.env`);
  return entries.map((entry) => [text(entry, 'name') ?? '', text(entry, 'value') ?? '']);
}
