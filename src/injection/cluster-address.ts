/** `WSREP_CLUSTER_ADDRESS`, and the arguments that would get around it. */
import { isObject, member, optionalList, text } from './json.ts';
import { addValue, replaceValue } from './operations.ts';
import { type ContainerView, wordsOf } from './pod.ts';
import { Refusal } from './refusal.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, quotedList, sentence } from './text.ts';
import type { JsonObject, Operation } from './types.ts';

export const ADDRESS_VARIABLE = 'WSREP_CLUSTER_ADDRESS';

/** An address without members; options behind it are kept. */
const BARE_ADDRESS = /^(gcomm:\/\/)?(\?[\w.=&;]*)?$/;

const DECIDED_OPTION = /^--(loose[-_])?wsrep[-_](new[-_]cluster|cluster[-_]address)(=|$)/;
const BOOTSTRAP = /wsrep[-_]new[-_]cluster/;

interface Entry {
  readonly index: number;
  readonly json: JsonObject;
}

/** Whether the container sets an address that asks it to start a cluster of its own. */
export function hasBareAddress(container: ContainerView): boolean {
  return bareAddress(container) !== undefined;
}

/** Replaces a bare address: kubernetes/examples carries one, and means that the image should complete it. */
export function clusterAddress({ container, address }: Target): Contribution {
  const entry = bareAddress(container);
  if (entry === undefined) return {};
  const message =
    `Container ${quoted(container.name)}: a bare gcomm:// in ${ADDRESS_VARIABLE} would start a second cluster; ` +
    `it is now ${address}`;
  return {
    operations: [replacement(container, entry, address)],
    warnings: [{ reason: 'address_replaced', message: sentence(message) }],
  };
}

/**
 * Warns of arguments that the start script drops, since who bootstraps is decided at each start.
 *
 * @throws Refusal `bootstrap_hidden` when one is inside a longer text, where nothing can drop it
 */
export function decidedArguments({ container }: Target): Contribution {
  const words = wordsOf(container);
  const dropped = words.filter((word) => DECIDED_OPTION.test(word)).map((word) => word.split('=')[0]);
  if (words.some((word) => BOOTSTRAP.test(word) && !DECIDED_OPTION.test(word))) {
    throw new Refusal(
      'bootstrap_hidden',
      `Container ${quoted(container.name)} has wsrep-new-cluster inside its command, so each start would make a new cluster; remove it`,
    );
  }
  if (dropped.length === 0) return {};
  const message = `Container ${quoted(container.name)}: ${quotedList(dropped)} is dropped; the address and who bootstraps are decided at each start`;
  return { warnings: [{ reason: 'argument_dropped', message: sentence(message) }] };
}

function bareAddress(container: ContainerView): Entry | undefined {
  const field = `spec.containers[${container.index}].env`;
  const list = optionalList(container.json, 'env', field) ?? [];
  // Of two entries of one name the last counts.
  const index = list.findLastIndex((entry) => isObject(entry) && text(entry, 'name') === ADDRESS_VARIABLE);
  const json = list[index];
  if (!isObject(json) || isObject(member(json, 'valueFrom'))) return undefined;
  const value = member(json, 'value') ?? '';
  if (typeof value === 'string') return BARE_ADDRESS.test(value.trim()) ? { index, json } : undefined;
  throw new Refusal('malformed_pod', `${field}[${index}].value is ${quoted(value)}, and must be text`);
}

function replacement(container: ContainerView, { index, json }: Entry, address: string): Operation {
  const value = member(json, 'value');
  const options = typeof value === 'string' ? (/\?.*$/.exec(value.trim())?.[0] ?? '') : '';
  const operation = value === undefined ? addValue : replaceValue;
  return operation(['spec', 'containers', container.index, 'env', index, 'value'], `${address}${options}`);
}
