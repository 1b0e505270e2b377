/** A `wsrep_cluster_name` of the user's own. */
import { literalValue } from './environment.ts';
import { NAME_VARIABLE, wsrepClusterName } from './names.ts';
import { type ContainerView, wordsOf } from './pod.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, sentence } from './text.ts';

const OPTION = /^--(loose[-_])?wsrep[-_]cluster[-_]name(=|$)/;

/**
 * Warns of a name that the pod spells out: the same manifest in a second namespace makes a second cluster of that name.
 * One made from other variables is taken to tell them apart.
 */
export function ownClusterName({ container, context, cluster }: Target): Contribution {
  const [what, value] = argument(container) ?? [NAME_VARIABLE, literalValue(container, NAME_VARIABLE)];
  if (!value || value.includes('$(') || value === wsrepClusterName(context.namespace, cluster.name))
    return {};
  const message =
    `Container ${quoted(container.name)} sets its own ${what}: remove it, ` +
    `or share it with no cluster of any namespace`;
  return { warnings: [{ reason: 'wsrep_cluster_name_kept', message: sentence(message) }] };
}

/** The last argument that names the cluster, which is the one that counts, and its value. */
function argument(
  container: ContainerView,
): readonly [option: string, value: string | undefined] | undefined {
  const words = wordsOf(container);
  const at = words.findLastIndex((word) => OPTION.test(word));
  const [option, ...value] = words[at]?.split('=') ?? [];
  if (option === undefined) return undefined;
  return [option, value.length > 0 ? value.join('=') : words[at + 1]];
}
