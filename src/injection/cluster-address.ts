/** `WSREP_CLUSTER_ADDRESS`. */
import { isObject, member, optionalList, text } from './json.ts';
import { addValue, replaceValue } from './operations.ts';
import type { ContainerView } from './pod.ts';
import { Refusal } from './refusal.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, sentence } from './text.ts';
import type { JsonObject, Operation } from './types.ts';

export const ADDRESS_VARIABLE = 'WSREP_CLUSTER_ADDRESS';

/** An address without members; options behind it are kept. */
const BARE_ADDRESS = /^(gcomm:\/\/)?(\?[\w.=&;]*)?$/;

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
