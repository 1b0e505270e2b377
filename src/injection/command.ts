/** The start script before the server's own command. */
import { member } from './json.ts';
import { START_SCRIPT } from './names.ts';
import { replaceValue, setMembers } from './operations.ts';
import { commandOf } from './pod.ts';
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
    warnings: own.length === 0 ? [] : entrypointLeftOut(target, [...own, ...ownArguments]),
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

/** A command of the user may run the entrypoint from a script; only its name can be seen here. */
function entrypointLeftOut({ container, flavor }: Target, words: readonly string[]): readonly Warning[] {
  const entrypoint = flavor.entrypoint[0] ?? '';
  const name = entrypoint.slice(entrypoint.lastIndexOf('/') + 1);
  if (words.some((word) => word.includes(name))) return [];
  const message =
    `Container ${quoted(container.name)}: the command does not name ${entrypoint}; unless that is run, an empty data ` +
    `directory is never initialised, and a server started by root stays root`;
  return [{ reason: 'entrypoint_left_out', message: sentence(message) }];
}
