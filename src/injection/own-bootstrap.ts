/** What of a container would begin a cluster by itself, although the coordinator decides at each start who does. */
import { isObject, member, objects, optionalObject, text, texts } from './json.ts';
import type { ContainerView } from './pod.ts';
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
 * Every known way to begin a cluster, or to go on without a quorum, in what a shell, a server or a client is given.
 * Sources: MariaDB `galera_new_cluster`, `galera_recovery` and `support-files/mysql.server`; percona-docker
 * `entrypoint.sh` (CLUSTER_JOIN) and the PXC packages (`bootstrap-pxc`, `mysql@bootstrap`); bitnami
 * `libmariadbgalera.sh`; Galera's provider options `pc.*`.
 */
const WAYS: readonly RegExp[] = [
  /wsrep[-_]new[-_]cluster/i,
  /--(loose[-_])?wsrep[-_]cluster[-_]address/i,
  /(?<![\w${-])wsrep[-_]cluster[-_]address['"`]?\s*=(?!=)/i,
  /(?<![\w${])MARIADB_GALERA_(CLUSTER_BOOTSTRAP|FORCE_SAFETOBOOTSTRAP|CLUSTER_ADDRESS)=(?!=)/,
  /(?<![\w${])CLUSTER_JOIN=(?!=)|\bunset [\w ]*\bCLUSTER_JOIN\b/,
  /galera_new_cluster|galera_recovery|mysqld_bootstrap|bootstrap[-_]pxc|mysqld?@bootstrap/,
  /\b(service|systemctl|init\.d)\b.*\bbootstrap/,
  /safe_?to_?bootstrap/i,
  /\bpc[._-](bootstrap|ignore[._-](sb|quorum))/i,
  /wsrep[-_]recover(?!y)/i,
];

/** Something that the pod gives to a shell, a server or a client. */
interface Given {
  /** Where it stands, below the container. */
  readonly field: string;
  readonly text: string;
  readonly ways: readonly RegExp[];
}

/**
 * Warns of arguments and variables that the start script drops, since who bootstraps is decided at each start.
 *
 * @throws Refusal `bootstrap_hidden` when such a thing is where nothing can drop it
 */
export function ownBootstrap({ container }: Target): Contribution {
  for (const given of [...commandTexts(container), ...hookTexts(container), ...values(container)]) {
    const found = given.ways.map((way) => way.exec(given.text)?.[0]).find((match) => match !== undefined);
    if (found !== undefined) throw refusal(container, given.field, found);
  }
  const dropped = [...droppedArguments(container), ...droppedVariables(container)];
  if (dropped.length === 0) return {};
  const message = `Container ${quoted(container.name)}: ${quotedList(dropped)} is dropped; the address and who bootstraps are decided at each start`;
  return { warnings: [{ reason: 'argument_dropped', message: sentence(message) }] };
}

function refusal({ name }: ContainerView, field: string, found: string): Refusal {
  return new Refusal(
    'bootstrap_hidden',
    `Container ${quoted(name)} has ${quoted(found)} in its ${field}, and could begin a second cluster or hide the ` +
      `address; remove it: who bootstraps is decided at each start`,
  );
}

/** The words of command and arguments, without those that the start script drops. */
function commandTexts({ index, json }: ContainerView): readonly Given[] {
  return ['command', 'args'].flatMap((key) => {
    const words = texts(json, key, `spec.containers[${index}].${key}`);
    const kept = words.filter(
      (word, at) => !DECIDED_OPTION.test(word) && !VALUE_FOLLOWS.test(words[at - 1] ?? ''),
    );
    return kept.map((word) => ({ field: key, text: word, ways: [...WAYS, BARE_ADDRESS] }));
  });
}

/** Commands that the kubelet runs in the container. */
function hookTexts({ index, json }: ContainerView): readonly Given[] {
  const path = `spec.containers[${index}]`;
  const lifecycle = optionalObject(json, 'lifecycle', `${path}.lifecycle`) ?? {};
  const hooks: readonly (readonly [field: string, hook: unknown])[] = [
    ['lifecycle.postStart', member(lifecycle, 'postStart')],
    ['lifecycle.preStop', member(lifecycle, 'preStop')],
    ...(['startupProbe', 'readinessProbe', 'livenessProbe'] as const).map(
      (name) => [name, member(json, name)] as const,
    ),
  ];
  return hooks.flatMap(([field, hook]) =>
    commandOf(hook, `${path}.${field}`).map((word) => ({
      field,
      text: word,
      ways: [...WAYS, BARE_ADDRESS],
    })),
  );
}

function commandOf(hook: unknown, field: string): readonly string[] {
  const exec = isObject(hook) ? member(hook, 'exec') : undefined;
  return isObject(exec) ? texts(exec, 'command', `${field}.exec.command`) : [];
}

/** Values of variables, as an image may put them behind its server. A bare address is replaced, or not read. */
function values(container: ContainerView): readonly Given[] {
  return variables(container).map(([name, value]) => ({ field: `env ${name}`, text: value, ways: WAYS }));
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
