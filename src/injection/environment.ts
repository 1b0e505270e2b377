/** The variables of the database container. */
import { ADDRESS_VARIABLE, hasBareAddress } from './cluster-address.ts';
import type { EnvironmentVariable } from './flavors/types.ts';
import { isObject, member, objects, optionalList, text } from './json.ts';
import {
  DATA_DIRECTORY_VARIABLE,
  CLIENT_TLS_VARIABLE,
  NAME_VARIABLE,
  PREFIX,
  ROOT_PASSWORD_KEY,
  secretName,
  SIZE_VARIABLE,
  TLS_SECRET_VARIABLE,
  TLS_VARIABLE,
  wsrepClusterName,
} from './names.ts';
import { appendItems } from './operations.ts';
import type { ContainerView } from './pod.ts';
import { quoted, quotedList, sentence } from './text.ts';
import type { Contribution, Target } from './target.ts';
import type { JsonObject, Provenance, Warning } from './types.ts';

/** A variable to inject and where its value comes from. */
interface Variable {
  readonly entry: EnvironmentVariable;
  readonly source: string;
}

/** Adds the variables the container lacks; what the user sets stays. */
export function environment(target: Target): Contribution {
  const { container, pod } = target;
  const set = variablesOf(container);
  const wanted = variables(target);
  const missing = wanted.filter(({ entry }) => !set.has(entry.name));
  const kept = wanted.filter(({ entry }) => {
    const own = set.get(entry.name);
    const replaced = entry.name === ADDRESS_VARIABLE && hasBareAddress(container);
    return own !== undefined && !means(own, entry) && !replaced;
  });
  return {
    operations: appendItems(
      pod.json,
      ['spec', 'containers', container.index, 'env'],
      missing.map(({ entry }) => entry),
    ),
    warnings: [
      ...keptWarning(
        container,
        kept.map(({ entry }) => entry.name),
      ),
      ...passwordWarning(target, set),
    ],
    provenance: wanted.map((variable) => provenance(variable, kept)),
  };
}

/** The literal value of a variable of the container; undefined where it has none or takes it from elsewhere. */
export function literalValue(container: ContainerView, name: string): string | undefined {
  const entry = variablesOf(container).get(name);
  if (entry === undefined || isObject(member(entry, 'valueFrom'))) return undefined;
  return text(entry, 'value') ?? '';
}

/** A variable from a field of the pod itself. */
export function fieldVariable(name: string, fieldPath: string): EnvironmentVariable {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

function variablesOf(container: ContainerView): ReadonlyMap<string, JsonObject> {
  const entries = objects(container.json, 'env', `spec.containers[${container.index}].env`);
  // Of two entries of one name the last counts, as in a running container.
  return new Map(entries.map((entry) => [text(entry, 'name') ?? '', entry]));
}

function variables(target: Target): readonly Variable[] {
  const { cluster, context, flavor, flavorSource, membership, wishes, address, data } = target;
  const pod = 'the pod itself';
  const flavored = `flavor ${flavor.id}, from ${flavorSource}`;
  const sst = wishes['sst-method'];
  const options = wishes['provider-options'];
  return [
    { entry: fieldVariable('POD_NAME', 'metadata.name'), source: pod },
    { entry: fieldVariable('POD_NAMESPACE', 'metadata.namespace'), source: pod },
    { entry: fieldVariable('POD_IP', 'status.podIP'), source: pod },
    {
      entry: { name: NAME_VARIABLE, value: wsrepClusterName(context.namespace, cluster.name) },
      source: `namespace ${context.namespace}, ${cluster.source}`,
    },
    { entry: { name: ADDRESS_VARIABLE, value: address }, source: membership.membersSource },
    { entry: { name: 'WSREP_NODE_NAME', value: '$(POD_NAME)' }, source: pod },
    { entry: { name: 'WSREP_NODE_ADDRESS', value: '$(POD_IP)' }, source: pod },
    {
      entry: { name: 'WSREP_SST_METHOD', value: sst ?? flavor.sstMethods[0] },
      source: sst === undefined ? flavored : `annotation ${PREFIX}sst-method`,
    },
    ...(options === undefined
      ? []
      : [
          {
            entry: { name: 'GALERA_PROVIDER_OPTIONS', value: options },
            source: `annotation ${PREFIX}provider-options`,
          },
        ]),
    { entry: { name: 'GALERA_INJECTOR_CLUSTER', value: cluster.name }, source: cluster.source },
    // The coordinator reads it from the pod: how many members a cluster has that nothing is recorded of.
    { entry: { name: SIZE_VARIABLE, value: String(membership.size) }, source: membership.sizeSource },
    { entry: { name: 'GALERA_FLAVOR', value: flavor.id }, source: flavorSource },
    { entry: { name: DATA_DIRECTORY_VARIABLE, value: data.path }, source: flavored },
    ...tlsVariables(target),
    ...clientTls(target),
    ...flavor.environment.map((entry) => ({ entry, source: flavored })),
    ...passwords(target),
  ];
}

/** What the two containers with a key are told. */
export function tlsEntries({ tls, wishes }: Target): readonly EnvironmentVariable[] {
  const secret = wishes['tls-secret'];
  return [
    ...(tls === null ? [] : [{ name: TLS_VARIABLE, value: tls }]),
    ...(secret === undefined ? [] : [{ name: TLS_SECRET_VARIABLE, value: secret }]),
  ];
}

function tlsVariables(target: Target): readonly Variable[] {
  const { flavor, flavorSource, wishes } = target;
  const annotation = (['tls', 'tls-secret'] as const).find((name) => wishes[name] !== undefined);
  const source =
    annotation === undefined
      ? `flavor ${flavor.id}, from ${flavorSource}`
      : `annotation ${PREFIX}${annotation}`;
  return tlsEntries(target).map((entry) => ({ entry, source }));
}

function clientTls({ wishes }: Target): readonly Variable[] {
  if (wishes['client-tls'] !== 'required') return [];
  return [
    {
      entry: { name: CLIENT_TLS_VARIABLE, value: 'required' },
      source: `annotation ${PREFIX}client-tls`,
    },
  ];
}

function passwords({ container, flavor, cluster }: Target): readonly Variable[] {
  // What envFrom brings cannot be seen here, and an entry of env would override it.
  if (usesEnvFrom(container)) return [];
  const set = variablesOf(container);
  const root = flavor.rootPasswordVariables.some((name) => set.has(name))
    ? []
    : [flavor.rootPasswordVariables[0]];
  const secret = secretName(cluster.name);
  return [...root, ...flavor.passwordVariables].map((name) => ({
    entry: { name, valueFrom: { secretKeyRef: { name: secret, key: ROOT_PASSWORD_KEY } } },
    source: `Secret ${secret}, key ${ROOT_PASSWORD_KEY}, generated once`,
  }));
}

function usesEnvFrom(container: ContainerView): boolean {
  return (
    (optionalList(container.json, 'envFrom', `spec.containers[${container.index}].envFrom`) ?? []).length > 0
  );
}

function passwordWarning(
  { container, flavor }: Target,
  set: ReadonlyMap<string, JsonObject>,
): readonly Warning[] {
  if (!usesEnvFrom(container) || flavor.rootPasswordVariables.some((name) => set.has(name))) return [];
  const message = `Container ${quoted(container.name)}: ${flavor.rootPasswordVariables[0]} is expected in envFrom, none is generated`;
  return [{ reason: 'root_password_expected', message: sentence(message) }];
}

function keptWarning(container: ContainerView, names: readonly string[]): readonly Warning[] {
  if (names.length === 0) return [];
  const message = `Container ${quoted(container.name)} keeps its own ${quotedList(names)}; what the injection would set is not used`;
  return [{ reason: 'environment_kept', message: sentence(message) }];
}

/** Whether a user's variable says what the injected one would, also after API defaulting. */
function means(own: JsonObject, wanted: EnvironmentVariable): boolean {
  const from = member(wanted, 'valueFrom');
  const ownFrom = member(own, 'valueFrom');
  if (from === undefined) return !isObject(ownFrom) && text(own, 'value') === text(wanted, 'value');
  return pathOfField(from) !== undefined && pathOfField(from) === pathOfField(ownFrom);
}

function pathOfField(valueFrom: unknown): string | undefined {
  const reference = isObject(valueFrom) ? member(valueFrom, 'fieldRef') : undefined;
  return isObject(reference) ? text(reference, 'fieldPath') : undefined;
}

function provenance({ entry, source }: Variable, kept: readonly Variable[]): Provenance {
  const what = `env ${entry.name}`;
  if (kept.some((variable) => variable.entry.name === entry.name)) {
    return { what, value: 'as the pod sets it', source: 'the pod, whose own value wins' };
  }
  const field = pathOfField(member(entry, 'valueFrom'));
  return { what, value: text(entry, 'value') ?? field ?? 'from a Secret', source };
}
