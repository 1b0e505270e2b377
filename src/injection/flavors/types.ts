import type { ImageReference } from '../image.ts';
import type { JsonObject } from '../types.ts';

/** State transfer methods that some flavor offers. */
export type SstMethod = 'mariabackup' | 'rsync' | 'xtrabackup-v2';

/** What the injector knows of one family of images. Data only: a new family is a new file. */
export interface Flavor {
  /** Value of the annotation `flavor` and of the variable `GALERA_FLAVOR`. */
  readonly id: string;
  /** Images of this family, for messages. */
  readonly example: string;
  readonly recognises: (image: ImageReference) => boolean;
  /** The image's ENTRYPOINT and CMD: written out, because setting `command` makes Kubernetes drop both. */
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly dataDirectory: string;
  /** State transfer methods, the default first. */
  readonly sstMethods: readonly [SstMethod, ...SstMethod[]];
  /** Variables any of which settles the root password; the first is set from the generated Secret when none is there. */
  readonly rootPasswordVariables: readonly [string, ...string[]];
  /** Further variables the image needs a generated password in. */
  readonly passwordVariables: readonly string[];
  /** Variables the image reads, in order; a value may use earlier ones as `$(NAME)`. */
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  /** Whether the start script can give members of this family TLS among each other (agent/lib/tls.sh). */
  readonly speaksTls: boolean;
  /** Run end to end by this project. */
  readonly proven: boolean;
}

/** An entry of a container's `env`. */
export type EnvironmentVariable = JsonObject & { readonly name: string };
