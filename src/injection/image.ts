/** The parts of an image reference, by the grammar of distribution/reference. */
export interface ImageReference {
  /** `docker.io` where the reference names none. */
  readonly registry: string;
  /** The reference as it is written, less tag and digest. */
  readonly repository: string;
  /** Repository path without the registry, and without Docker Hub's implied `library/`. */
  readonly path: string;
  /** Last component of the path. */
  readonly name: string;
  /** Empty when the reference has none. */
  readonly tag: string;
  /** Empty when the reference has none. */
  readonly digest: string;
}

/**
 * Takes an image reference apart: `localhost:5000/mariadb:11.8@sha256:…` is registry `localhost:5000`, path `mariadb`,
 * tag `11.8`. Never throws; a reference that is none yields a path nothing recognises.
 */
export function parseImage(image: string): ImageReference {
  const [reference = '', digest = ''] = split(image, image.indexOf('@'));
  // A colon before the last slash belongs to the registry's port.
  const colon = reference.lastIndexOf(':');
  const [repository = '', tag = ''] = split(reference, colon > reference.lastIndexOf('/') ? colon : -1);
  const [first = '', rest = ''] = split(repository, repository.indexOf('/'));
  const hasRegistry = rest !== '' && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? rest : repository;
  const registry = hasRegistry ? first.replace(/^(index|registry-1)\.docker\.io$/, 'docker.io') : 'docker.io';
  return {
    repository,
    registry,
    path: path.replace(/^library\//, ''),
    name: path.slice(path.lastIndexOf('/') + 1),
    tag,
    digest,
  };
}

function split(text: string, at: number): readonly string[] {
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
