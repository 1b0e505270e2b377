/** Which flavor an image is of, and which images are none. */
import { parseImage, type ImageReference } from '../image.ts';
import { Refusal } from '../refusal.ts';
import { quoted } from '../text.ts';
import { bitnami } from './bitnami.ts';
import { kubernetesExamples } from './kubernetes-examples.ts';
import { mariadb } from './mariadb.ts';
import { percona } from './percona.ts';
import type { Flavor } from './types.ts';

export const FLAVORS: readonly Flavor[] = [mariadb, percona, bitnami, kubernetesExamples];

/** The flavor of an id, as the annotation `flavor` gives it. */
export function flavorById(id: string): Flavor | undefined {
  return FLAVORS.find((flavor) => flavor.id === id);
}

/** The flavor of an image by its name alone. */
export function flavorOf(image: string): Flavor | undefined {
  const reference = parseImage(image);
  return FLAVORS.find((flavor) => flavor.recognises(reference));
}

/**
 * Whether an image is known to hold a server without the wsrep API: Oracle's MySQL, Percona Server, PostgreSQL and
 * Bitnami's images for asynchronous replication, under whatever mirror. No option or annotation makes a Galera node of them.
 */
export function lacksGalera(image: string): boolean {
  const reference = parseImage(image);
  return WITHOUT_GALERA.some((matches) => matches(reference));
}

/** Registries where `mysql/` is Oracle. */
const ORACLE: ReadonlySet<string> = new Set(['docker.io', 'container-registry.oracle.com']);

const WITHOUT_GALERA: readonly ((image: ImageReference) => boolean)[] = [
  ({ name }) => /^(mysql|mysql-server|mysql-cluster|percona|postgres|postgresql)$/.test(name),
  // On other registries a folder of that name says where an image is, not what.
  ({ registry, path }) => path.startsWith('mysql/') && ORACLE.has(registry),
  ({ path }) => /(^|\/)mysql\/(community|enterprise)-[a-z]+$/.test(path),
  ({ name }) => name.startsWith('percona-server'),
  // Mirrors put the publisher into the last component, too: `mirror/bitnami-mariadb`.
  ({ path }) => /(^|[/._-])bitnami(legacy|secure)?[/._-](mysql|mariadb)$/.test(path),
];

/** Images that work, for a sentence; docs/images.md has those that are recognised. */
const WORKS = FLAVORS.filter(({ proven }) => proven)
  .map(({ example }) => example)
  .join(', ');

/** Why an image cannot be used, in a sentence that names images that can. */
export function refuseImage(container: string, image: string): Refusal {
  const subject = `Container ${quoted(container)}: image ${quoted(image)}`;
  return lacksGalera(image)
    ? new Refusal('image_without_galera', `${subject} has no Galera (wsrep); change it, e.g. to ${WORKS}`)
    : new Refusal(
        'image_unknown',
        `${subject} is unknown: set annotation galera-injector.dev/flavor to its flavor, for all pods value images of the chart, ` +
          `or use e.g. ${WORKS}`,
      );
}
