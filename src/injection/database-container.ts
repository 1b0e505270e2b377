/** Which container of a pod is the database, and of which flavor. */
import type { Wishes } from './annotations.ts';
import { flavorById, flavorOf, lacksGalera, refuseImage } from './flavors/index.ts';
import type { Flavor } from './flavors/types.ts';
import type { ContainerView, PodView } from './pod.ts';
import { PREFIX } from './names.ts';
import { Refusal } from './refusal.ts';
import { quoted, quotedList } from './text.ts';

export interface Database {
  readonly container: ContainerView;
  readonly flavor: Flavor;
  /** Where the flavor was read from, completing "from …". */
  readonly flavorSource: string;
}

/**
 * Finds the database container: the one the annotation names, else the only one of a known image, else the only one.
 *
 * @throws Refusal `container_not_found`, `container_ambiguous`, `image_without_galera`, `image_unknown`
 */
export function findDatabase(pod: PodView, wishes: Wishes): Database {
  const container = findContainer(pod, wishes);
  if (lacksGalera(container.image)) throw refuseImage(container.name, container.image);
  const chosen = wishes.flavor === undefined ? undefined : flavorById(wishes.flavor);
  const flavor = chosen ?? flavorOf(container.image);
  if (flavor === undefined) throw refuseImage(container.name, container.image);
  const flavorSource =
    chosen === undefined ? `image ${quoted(container.image)}` : `annotation ${PREFIX}flavor`;
  return { container, flavor, flavorSource };
}

function findContainer(pod: PodView, wishes: Wishes): ContainerView {
  const { containers } = pod;
  const remedy = `set annotation ${PREFIX}container to the name of the database container`;
  if (wishes.container !== undefined) {
    const named = containers.filter((container) => container.name === wishes.container);
    if (named.length === 1 && named[0] !== undefined) return named[0];
    throw new Refusal(
      'container_not_found',
      `Annotation ${PREFIX}container is ${quoted(wishes.container)}, which ${named.length} containers are called; ` +
        `the pod has ${quotedList(containers.map((container) => container.name))}`,
    );
  }
  const recognised = containers.filter((container) => flavorOf(container.image) !== undefined);
  const candidates = recognised.length > 0 ? recognised : containers;
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only;
  const hopeless = candidates.find((container) => lacksGalera(container.image));
  if (hopeless !== undefined) throw refuseImage(hopeless.name, hopeless.image);
  throw new Refusal(
    'container_ambiguous',
    `Any of the containers ${quotedList(candidates.map((container) => container.name))} may be the database: ${remedy}`,
  );
}
