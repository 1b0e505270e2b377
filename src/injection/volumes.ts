/** The volumes of the injection and their mounts in the database container. */
import { objects, text } from './json.ts';
import {
  DATA_VOLUME,
  PREFIX,
  SCRIPTS_PATH,
  SCRIPTS_VOLUME,
  TLS_PATH,
  TLS_SECRET_PATH,
  TLS_SECRET_VOLUME,
  TLS_VOLUME,
  TOKEN_AUDIENCE,
  TOKEN_PATH,
  TOKEN_SECONDS,
  TOKEN_VOLUME,
} from './names.ts';
import { appendItems } from './operations.ts';
import type { ContainerView, PodView } from './pod.ts';
import { Refusal } from './refusal.ts';
import type { Contribution, Target, VolumeNames } from './target.ts';
import { quoted, withoutTrailing } from './text.ts';
import type { JsonObject, Provenance } from './types.ts';

/** Key, certificate and authorities, the old ones beside the new while they are exchanged. */
const KEYS_SIZE = '1Mi';
/** The server and the init container have users of their own, and a group for both is not ours to set. */
const OWN_KEY_MODE = 0o444;

/** Names that no volume and no mount of the pod uses: a claim called `galera` is likely enough. */
export function volumeNames(pod: PodView): VolumeNames {
  const taken = new Set([
    ...objects(pod.spec, 'volumes', 'spec.volumes').map((volume) => text(volume, 'name')),
    // A template of a StatefulSet mounts claims that become volumes only in its pods.
    ...pod.containers.flatMap((container) => mounts(container).map((mount) => text(mount, 'name'))),
  ]);
  return {
    scripts: free(SCRIPTS_VOLUME, taken),
    token: free(TOKEN_VOLUME, taken),
    data: free(DATA_VOLUME, taken),
    tls: free(TLS_VOLUME, taken),
    tlsSecret: free(TLS_SECRET_VOLUME, taken),
  };
}

/**
 * Adds the volumes: scripts, token and, where nothing is mounted at the data directory, the data.
 *
 * @throws Refusal `mount_path_taken`
 */
export function volumesAndMounts(target: Target): Contribution {
  const { pod, container, data, volumes } = target;
  refuseTakenPaths(container);
  const ownData = data.mount === null ? [{ name: volumes.data, emptyDir: {} }] : [];
  const ownMount = data.mount === null ? [{ name: volumes.data, mountPath: data.path }] : [];
  const keys = keyVolumes(target);
  const token = { audience: TOKEN_AUDIENCE, expirationSeconds: TOKEN_SECONDS, path: 'token' };
  return {
    operations: [
      ...appendItems(
        pod.json,
        ['spec', 'volumes'],
        [
          { name: volumes.scripts, emptyDir: {} },
          { name: volumes.token, projected: { sources: [{ serviceAccountToken: token }] } },
          ...keys.map(({ volume }) => volume),
          ...ownData,
        ],
      ),
      ...appendItems(
        pod.json,
        ['spec', 'containers', container.index, 'volumeMounts'],
        [
          { name: volumes.scripts, mountPath: SCRIPTS_PATH },
          { name: volumes.token, mountPath: TOKEN_PATH, readOnly: true },
          ...keys.map(({ mount }) => mount),
          ...ownMount,
        ],
      ),
    ],
    provenance: [
      {
        what: `volume ${volumes.scripts}`,
        value: `emptyDir at ${SCRIPTS_PATH}`,
        source: 'the injection: its scripts',
      },
      {
        what: `volume ${volumes.token}`,
        value: `token at ${TOKEN_PATH}`,
        source: `audience ${TOKEN_AUDIENCE}`,
      },
      ...keys.map(({ provenance }) => provenance),
      ...ownMount.map(({ name, mountPath }) => ({
        what: `volume ${name}`,
        value: `emptyDir at ${mountPath}`,
        source: 'the pod, which mounts nothing there',
      })),
    ],
  };
}

/** Where both containers of a member find key and certificates. */
export function keyMounts(target: Target): readonly JsonObject[] {
  return keyVolumes(target).map(({ mount }) => mount);
}

interface KeyVolume {
  readonly volume: JsonObject;
  readonly mount: JsonObject;
  readonly provenance: Provenance;
}

/** What brings key and certificates; the Secret is mounted inside the other volume, and so comes after it. */
function keyVolumes({ tls, volumes, wishes }: Target): readonly KeyVolume[] {
  const secretName = wishes['tls-secret'];
  return [
    ...(tls === null ? [] : [keptInMemory(volumes.tls)]),
    ...(secretName === undefined ? [] : [broughtBy(secretName, volumes.tlsSecret)]),
  ];
}

function keptInMemory(name: string): KeyVolume {
  return {
    // So that no disk of the machine keeps what stands there.
    volume: { name, emptyDir: { medium: 'Memory', sizeLimit: KEYS_SIZE } },
    mount: { name, mountPath: TLS_PATH },
    provenance: {
      what: `volume ${name}`,
      value: `emptyDir in memory at ${TLS_PATH}`,
      source: 'the injection: key and certificates of the member',
    },
  };
}

/**
 * All of the Secret: a key that it lacks is named by the init container, and would only hold the pod if it were asked for
 * here.
 */
function broughtBy(secretName: string, name: string): KeyVolume {
  return {
    volume: { name, secret: { secretName, defaultMode: OWN_KEY_MODE } },
    mount: { name, mountPath: TLS_SECRET_PATH, readOnly: true },
    provenance: {
      what: `volume ${name}`,
      value: `Secret ${secretName} at ${TLS_SECRET_PATH}`,
      source: `annotation ${PREFIX}tls-secret`,
    },
  };
}

function mounts(container: ContainerView): ReturnType<typeof objects> {
  return objects(container.json, 'volumeMounts', `spec.containers[${container.index}].volumeMounts`);
}

function refuseTakenPaths(container: ContainerView): void {
  const taken = mounts(container)
    .map((mount) => withoutTrailing(text(mount, 'mountPath') ?? '', '/'))
    .find((path) =>
      [SCRIPTS_PATH, TOKEN_PATH, TLS_PATH].some((ours) => path === ours || path.startsWith(`${ours}/`)),
    );
  if (taken === undefined) return;
  throw new Refusal(
    'mount_path_taken',
    `Container ${quoted(container.name)} mounts a volume at ${quoted(taken)}, which the injection needs; mount it elsewhere`,
  );
}

function free(wanted: string, taken: ReadonlySet<string | undefined>): string {
  const candidates = [wanted, ...Array.from({ length: taken.size }, (_, index) => `${wanted}-${index + 2}`)];
  return candidates.find((name) => !taken.has(name)) ?? wanted;
}
