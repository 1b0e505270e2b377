/** Which container of a pod is the database, and of which flavor. */
import type { Wishes } from './annotations.ts';
import { holds } from './data-mounts.ts';
import { flavorById, flavorOf, lacksGalera, refuseImage } from './flavors/index.ts';
import { type ImageRule, ruledFlavor } from './flavors/rules.ts';
import type { Flavor } from './flavors/types.ts';
import { parseImage } from './image.ts';
import { text } from './json.ts';
import type { ContainerView, PodView } from './pod.ts';
import { PREFIX } from './names.ts';
import { programOf } from './program.ts';
import { Refusal } from './refusal.ts';
import { quoted, quotedList } from './text.ts';
import { objectsAt } from './workload.ts';

export interface Database {
  readonly container: ContainerView;
  readonly flavor: Flavor;
  /** Where the flavor was read from, completing "from …". */
  readonly flavorSource: string;
}

/** What findDatabase works with beside the pod. */
export interface Choice {
  readonly wishes: Wishes;
  /** By the configuration of the injector, before the flavors' own look at the image. */
  readonly rules: readonly ImageRule[];
}

/**
 * Finds the database container: the one the annotation names, else the only one that can be it. Of several, those go out
 * first whose image nobody knows, then those that run another program, then those of a helper's image; the mount of the
 * data directory decides last.
 *
 * @throws Refusal `container_not_found`, `container_ambiguous`, `image_without_galera`, `image_unknown`
 */
export function findDatabase(pod: PodView, choice: Choice): Database {
  const container = findContainer(pod, choice);
  if (lacksGalera(container.image)) throw refuseImage(container.name, container.image);
  const { wishes } = choice;
  const annotated = wishes.flavor === undefined ? undefined : flavorById(wishes.flavor);
  const known = knownFlavor(container, choice);
  const flavor = annotated ?? known?.flavor;
  if (flavor === undefined) throw refuseImage(container.name, container.image);
  const flavorSource = annotated === undefined ? (known?.source ?? '') : `annotation ${PREFIX}flavor`;
  return { container, flavor, flavorSource };
}

interface Known {
  readonly flavor: Flavor;
  readonly source: string;
}

function knownFlavor({ image }: ContainerView, { rules }: Choice): Known | undefined {
  const ruled = flavorById(ruledFlavor(parseImage(image).repository, rules) ?? '');
  const flavor = ruled ?? flavorOf(image);
  if (flavor === undefined) return undefined;
  return {
    flavor,
    source: `image ${quoted(image)}${ruled === undefined ? '' : ', by a rule of the injector'}`,
  };
}

function findContainer(pod: PodView, choice: Choice): ContainerView {
  const { containers } = pod;
  if (choice.wishes.container !== undefined) return named(containers, choice.wishes.container);
  const candidates = narrow(containers, choice);
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return only;
  const hopeless = candidates.find((container) => lacksGalera(container.image));
  if (hopeless !== undefined) throw refuseImage(hopeless.name, hopeless.image);
  throw new Refusal(
    'container_ambiguous',
    `Any of the containers ${quotedList(candidates.map((container) => container.name))} may be the database: ` +
      `set annotation ${PREFIX}container to the name of the database container`,
  );
}

function named(containers: readonly ContainerView[], wanted: string): ContainerView {
  const found = containers.filter((container) => container.name === wanted);
  if (found.length === 1 && found[0] !== undefined) return found[0];
  throw new Refusal(
    'container_not_found',
    `Annotation ${PREFIX}container is ${quoted(wanted)}, which ${found.length} containers are called; ` +
      `the pod has ${quotedList(containers.map((container) => container.name))}`,
  );
}

/** Images that run beside a database, by the last component of their path. */
const HELPER =
  /exporter|backup|proxy|maxscale|haproxy|fluent|vector|filebeat|promtail|agent|phpmyadmin|adminer|istio|linkerd|envoy|vault|busybox|alpine|debian|ubuntu/;

/** Each step keeps what fits, unless nothing does; a sign that says nothing about one pod decides nothing there. */
function narrow(containers: readonly ContainerView[], choice: Choice): readonly ContainerView[] {
  const flavor = choice.wishes.flavor === undefined ? undefined : flavorById(choice.wishes.flavor);
  const steps: readonly ((container: ContainerView) => boolean)[] = [
    (one) => knownFlavor(one, choice) !== undefined,
    (one) => flavor !== undefined && knownFlavor(one, choice)?.flavor === flavor,
    (one) => typeof programOf(one, knownFlavor(one, choice)?.flavor) === 'string',
    (one) => !HELPER.test(parseImage(one.image).name),
    (one) => mounts(one, (flavor ?? knownFlavor(one, choice)?.flavor)?.dataDirectory),
  ];
  return steps.reduce((left, fits) => {
    const kept = left.length > 1 ? left.filter(fits) : left;
    return kept.length === 0 ? left : kept;
  }, containers);
}

function mounts(container: ContainerView, directory: string | undefined): boolean {
  return (
    directory !== undefined &&
    objectsAt(container.json, 'volumeMounts').some((one) => holds(text(one, 'mountPath') ?? '', directory))
  );
}
