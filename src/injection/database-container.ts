/** Which container of a pod is the database, and of which flavor. */
import type { Wishes } from './annotations.ts';
import { holds } from './data-mounts.ts';
import { flavorById, flavorOf, FLAVORS, lacksGalera, refuseImage } from './flavors/index.ts';
import { type ImageRule, ruledFlavor } from './flavors/rules.ts';
import type { Flavor } from './flavors/types.ts';
import { parseImage } from './image.ts';
import { member, text } from './json.ts';
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
 * first that run another program, then those of a helper's image; then the mount of the data directory decides. A known
 * image decides last, and only where it runs the server: backups have the image of the database, too.
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
  const [only] = candidates;
  const others = containers.filter((one) => !candidates.includes(one) && runsNoOther(one, choice));
  const isUnknown = candidates.every((one) => flavorFor(one, choice) === undefined);
  // An image that nobody knows is not taken for the database while a known one may be it.
  const rivals = isUnknown ? others.filter((one) => flavorFor(one, choice) !== undefined) : [];
  if (only !== undefined && candidates.length === 1 && rivals.length === 0) return only;
  const hopeless = candidates.find((container) => lacksGalera(container.image));
  if (hopeless !== undefined && isUnknown && rivals.length === 0)
    throw refuseImage(hopeless.name, hopeless.image);
  const all = containers.filter((one) => candidates.includes(one) || rivals.includes(one));
  throw new Refusal(
    'container_ambiguous',
    `Any of the containers ${quotedList(all.map((container) => container.name))} may be the database: ` +
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
  const wanted = choice.wishes.flavor;
  const isOfFlavor = (one: ContainerView) => knownFlavor(one, choice)?.flavor.id === (wanted ?? null);
  const steps: readonly ((container: ContainerView, left: readonly ContainerView[]) => boolean)[] = [
    (one) => runsNoOther(one, choice),
    (one) => !HELPER.test(parseImage(one.image).name),
    (one, left) => !left.some(isOfFlavor) || isOfFlavor(one) || knownFlavor(one, choice) === undefined,
    (one) => mountsData(one, choice),
    (one) => isKnownServer(one, choice),
  ];
  return steps.reduce((left, fits) => {
    const kept = left.length > 1 ? left.filter((one) => fits(one, left)) : left;
    return kept.length === 0 ? left : kept;
  }, containers);
}

/** The flavor that a container would be of. */
function flavorFor(container: ContainerView, choice: Choice): Flavor | undefined {
  return flavorById(choice.wishes.flavor ?? '') ?? knownFlavor(container, choice)?.flavor;
}

function runsNoOther(container: ContainerView, choice: Choice): boolean {
  return typeof programOf(container, knownFlavor(container, choice)?.flavor) === 'string';
}

/** Whether a known image runs the server; a script may, where neither the annotation nor a mount points elsewhere. */
function isKnownServer(container: ContainerView, choice: Choice): boolean {
  const known = knownFlavor(container, choice)?.flavor;
  if (known === undefined) return false;
  const { flavor } = choice.wishes;
  const program = programOf(container, known);
  const isScript = program === 'script' && flavor === undefined && !mountsData(container, choice);
  return (program === 'server' || isScript) && (flavor === undefined || known.id === flavor);
}

/** Whether a container can write where servers of its flavor keep their data, those of any flavor for an unknown image. */
function mountsData(container: ContainerView, choice: Choice): boolean {
  const flavor = flavorFor(container, choice);
  const directories = (flavor === undefined ? FLAVORS : [flavor]).map((one) => one.dataDirectory);
  return objectsAt(container.json, 'volumeMounts').some(
    (one) =>
      member(one, 'readOnly') !== true &&
      directories.some((directory) => holds(text(one, 'mountPath') ?? '', directory)),
  );
}
