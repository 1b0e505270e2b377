/** The start script before the server's own command. */
import type { Flavor } from './flavors/types.ts';
import { member } from './json.ts';
import { START_SCRIPT } from './names.ts';
import { replaceValue, setMembers } from './operations.ts';
import { commandOf } from './pod.ts';
import { baseName, commandsIn } from './shell.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, sentence } from './text.ts';
import type { Warning } from './types.ts';

/**
 * Puts `/galera/start` before what the container runs. A user's command stays behind it; without one the flavor's
 * entrypoint is written out, and its command too when the user gives no arguments: setting `command` makes Kubernetes
 * drop the image's own.
 */
export function command(target: Target): Contribution {
  const { pod, container, flavor } = target;
  const path = ['spec', 'containers', container.index];
  const { command: own, args: ownArguments } = commandOf(container);
  // A copy of an injected container: wrapping it again would start the script from itself.
  if (own[0] === START_SCRIPT) return {};
  const wrapped = [START_SCRIPT, ...(own.length > 0 ? own : flavor.entrypoint)];
  const image = own.length === 0 && ownArguments.length === 0 ? flavor.command : [];
  const set = member(container.json, 'command');
  return {
    operations: [
      ...(set === undefined || set === null
        ? setMembers(pod.json, path, { command: wrapped })
        : [replaceValue([...path, 'command'], wrapped)]),
      ...(image.length === 0 ? [] : setMembers(pod.json, path, { args: image })),
    ],
    warnings: entrypointLeftOut(target, [
      ...(own.length > 0 ? own : flavor.entrypoint),
      ...ownArguments,
      ...image,
    ]),
    provenance: [
      {
        what: 'command',
        // A user's command may hold a password, so it is not repeated.
        value:
          own.length > 0 ? `${START_SCRIPT}, then the pod's own command` : [...wrapped, ...image].join(' '),
        source: own.length > 0 ? 'the injection' : `flavor ${flavor.id}`,
      },
    ],
  };
}

/** A variable of a shell that holds a program: `A=x`, `${A:-x}`. */
const HELD = /^(?:\w+=|\$\{\w+:?-)|\}$/g;

/**
 * A command of the user may run the entrypoint from a script; only its name can be seen here, and what is behind it. An
 * entrypoint just starts what it does not know.
 */
function entrypointLeftOut({ container, flavor }: Target, words: readonly string[]): readonly Warning[] {
  const entrypoint = flavor.entrypoint[0] ?? '';
  const name = baseName(entrypoint);
  const behind = commandsIn(words).flatMap((run) => {
    const at = run.findIndex((word) => baseName(word.replace(HELD, '')) === name);
    return at < 0 ? [] : [run.slice(at + 1)];
  });
  if (behind.some((rest) => initialises(flavor, rest))) return [];
  const message =
    behind.length === 0
      ? `the command does not name ${entrypoint}; unless that is run, an empty data directory is never initialised, ` +
        `and a server started by root stays root`
      : `${name} does its work only directly before ${serversOf(flavor).join(' or ')}; put that behind it, else an ` +
        `empty data directory is never initialised`;
  return [
    { reason: 'entrypoint_left_out', message: sentence(`Container ${quoted(container.name)}: ${message}`) },
  ];
}

/**
 * Whether an entrypoint initialises before these words. Sources: MariaDB/mariadb-docker and percona-docker compare the
 * first of them, and put the server before options; Bitnami's looks for `/run.sh` in all of them.
 */
function initialises(flavor: Flavor, rest: readonly string[]): boolean {
  const [first] = rest;
  if (first?.startsWith('$') === true) return true;
  const script = flavor.command.find((word) => word.includes('/'));
  if (script !== undefined) return rest.some((word) => word.includes(`/${baseName(script)}`));
  // The options of the injection come where nothing is, as before the end of a command or its output.
  return first === undefined || /^(-|\d*[<>])/.test(first) || serversOf(flavor).includes(first);
}

function serversOf({ command: servers }: Flavor): readonly string[] {
  return servers.includes('mariadbd') ? [...servers, 'mysqld'] : servers;
}
