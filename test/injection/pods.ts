/** The smallest pod and context that the injection accepts; tests tweak copies of them. */
import jsonpatch, { type Operation as JsonPatchOperation } from 'fast-json-patch';
import { INJECTED_DEFAULTS, plan } from '../../src/injection/index.ts';
import type { Context, Decision, InjectedSettings, Settings, Workload } from '../../src/injection/index.ts';

export interface Container {
  name: string;
  image: string;
  [field: string]: unknown;
}

export interface Pod {
  apiVersion: 'v1';
  kind: 'Pod';
  metadata: {
    name?: string;
    generateName?: string;
    labels: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  spec: { containers: [Container, ...Container[]]; [field: string]: unknown };
}

export const SETTINGS: Settings & { readonly injected: InjectedSettings } = {
  version: '1.2.3',
  image: 'registry.example/galera-injector:1.2.3',
  imagePullPolicy: 'IfNotPresent',
  coordinator: 'galera-injector.galera-system.svc:443',
  certificateAuthority: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  injected: INJECTED_DEFAULTS,
};

export const STATEFUL_SET: Extract<Workload, { kind: 'StatefulSet' }> = {
  kind: 'StatefulSet',
  name: 'db',
  replicas: 3,
  serviceName: 'db',
  firstOrdinal: 0,
  podManagementPolicy: 'Parallel',
};

export const CONTEXT: Context = { namespace: 'shop', workload: STATEFUL_SET, services: [] };

/** A context without a workload, as a Pod that nobody owns has it. */
export const BARE: Context = { ...CONTEXT, workload: null };

/** The pod `db-0` of the StatefulSet, changed by the tweak. */
export function pod(tweak: (pod: Pod) => void = () => {}): Pod {
  const minimal: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'db-0', namespace: 'shop', labels: { galera: 'true' } },
    spec: { hostname: 'db-0', subdomain: 'db', containers: [{ name: 'mariadb', image: 'mariadb:11.8' }] },
  };
  tweak(minimal);
  return minimal;
}

/** A bare pod of a name, changed by the tweak. */
export function barePod(name: string, tweak: (pod: Pod) => void = () => {}): Pod {
  return pod((minimal) => {
    minimal.metadata.name = name;
    delete minimal.spec['hostname'];
    delete minimal.spec['subdomain'];
    tweak(minimal);
  });
}

/** A pod whose annotations, given without their prefix, are these. */
export function annotated(annotations: Record<string, string>): Pod {
  const entries = Object.entries(annotations).map(([name, value]) => [`galera-injector.dev/${name}`, value]);
  return pod((minimal) => {
    minimal.metadata.annotations = Object.fromEntries(entries) as Record<string, string>;
  });
}

export function decide(subject: unknown, context: Context = CONTEXT): Decision {
  return plan(subject, context, SETTINGS);
}

/** The decision over a pod that is expected to be injected. */
export function injected(
  subject: unknown,
  context: Context = CONTEXT,
): Extract<Decision, { kind: 'inject' }> {
  const decision = decide(subject, context);
  if (decision.kind === 'inject') return decision;
  throw new Error(`${decision.kind} (${decision.reason}): ${decision.message}`);
}

/** The pod after its injection. */
export function after(subject: Pod, context: Context = CONTEXT): InjectedPod {
  return applied(subject, injected(subject, context).operations);
}

export interface Variable {
  name: string;
  value?: string;
  valueFrom?: unknown;
}

/** The fields of an injected pod that tests look at. */
export interface InjectedPod {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  spec: {
    hostname?: string;
    subdomain?: string;
    affinity?: unknown;
    volumes: { name: string; [source: string]: unknown }[];
    initContainers: InjectedContainer[];
    containers: [InjectedContainer, ...InjectedContainer[]];
  };
}

export interface InjectedContainer {
  name: string;
  command?: string[];
  args?: string[];
  env: Variable[];
  ports: { name?: string; containerPort: number }[];
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean; [field: string]: unknown }[];
  [field: string]: unknown;
}

export function applied(subject: unknown, operations: readonly unknown[]): InjectedPod {
  const copy = structuredClone([...operations]) as JsonPatchOperation[];
  return jsonpatch.applyPatch(structuredClone(subject), copy, true).newDocument as InjectedPod;
}

/** The value a container ends up with for a variable: the last entry counts. */
export function variable(container: InjectedContainer, name: string): string | undefined {
  return container.env.findLast((entry) => entry.name === name)?.value;
}

/** The reasons of a decision's warnings. */
export function warned(subject: unknown, context: Context = CONTEXT): readonly string[] {
  return injected(subject, context).warnings.map((warning) => warning.reason);
}

/** The minimal pod whose database container has these fields too. */
export function withFields(fields: Record<string, unknown>) {
  return pod(({ spec }) => Object.assign(spec.containers[0], fields));
}

/** The database container of that pod after its injection. */
export function containerOf(fields: Record<string, unknown>) {
  return after(withFields(fields)).spec.containers[0];
}
