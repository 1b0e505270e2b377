/** The Kubernetes API as this process talks to it: one connection pool, a deadline on every call. */
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import {
  type AdmissionregistrationV1Api,
  ApiException,
  type AppsV1Api,
  type AuthenticationV1Api,
  type CoordinationV1Api,
  type CoreV1Api,
  type CustomObjectsApi,
  KubeConfig,
  type PolicyV1Api,
  type RequestContext,
} from '@kubernetes/client-node';
import { callsOf, NoAnswerError } from './rest.ts';
import {
  ADMISSION_ROUTES,
  APPS_ROUTES,
  AUTHENTICATION_ROUTES,
  COORDINATION_ROUTES,
  CORE_ROUTES,
  CUSTOM_ROUTES,
  POLICY_ROUTES,
} from './routes.ts';

/** Longest time that one API call may take, in milliseconds. */
export const CALL_DEADLINE_MS = 10_000;

/** How long a connection pool is shared before a new one reads the authority's certificate again, in milliseconds. */
const POOL_LIFE_MS = 10 * 60_000;

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;

/**
 * A KubeConfig whose calls share connections.
 *
 * The client opens a new TLS connection for every call (measured: 200 calls, 200 sockets, three times the latency); the
 * first call's dispatcher is therefore kept and given to the calls that follow.
 */
class PooledKubeConfig extends KubeConfig {
  #pool: { dispatcher: Dispatcher; since: number } | null = null;
  readonly #deadlineMs: number;
  readonly #as: string | undefined;

  constructor(deadlineMs = CALL_DEADLINE_MS, as?: string) {
    super();
    this.#deadlineMs = deadlineMs;
    this.#as = as;
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    if (this.#as !== undefined) context.setHeaderParam('Impersonate-User', this.#as);
    if (this.#deadlineMs > 0) context.setSignal(AbortSignal.timeout(this.#deadlineMs));
    const own = context.getDispatcher();
    if (own === undefined) return;
    if (this.#pool === null || Date.now() - this.#pool.since > POOL_LIFE_MS) {
      this.#pool = { dispatcher: own, since: Date.now() };
    }
    context.setDispatcher(this.#pool.dispatcher);
  }
}

/** The calls that the injector makes, by API group; routes.ts lists them. */
export interface KubernetesClient {
  readonly core: Pick<CoreV1Api, keyof typeof CORE_ROUTES>;
  readonly apps: Pick<AppsV1Api, keyof typeof APPS_ROUTES>;
  readonly custom: Pick<CustomObjectsApi, keyof typeof CUSTOM_ROUTES>;
  readonly coordination: Pick<CoordinationV1Api, keyof typeof COORDINATION_ROUTES>;
  readonly policy: Pick<PolicyV1Api, keyof typeof POLICY_ROUTES>;
  readonly authentication: Pick<AuthenticationV1Api, keyof typeof AUTHENTICATION_ROUTES>;
  readonly admission: Pick<AdmissionregistrationV1Api, keyof typeof ADMISSION_ROUTES>;
}

/** A client with the pod's own service account; a missing mount is an error, never a fall-back to localhost. */
export function clientInCluster(): KubernetesClient {
  const config = new PooledKubeConfig();
  config.loadFromCluster();
  return clientOf(config);
}

/** How a person names a cluster, as kubectl's options of the same names do. */
export interface Connection {
  /** Path of the file; without it KUBECONFIG, then ~/.kube/config, then the service account of a pod. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Name of a cluster in the kubeconfig. */
  readonly cluster?: string;
  /** Name of a user in the kubeconfig. */
  readonly user?: string;
  /** User to impersonate. */
  readonly as?: string;
  /** Longest time that one call may take, in milliseconds; 0 is no limit. */
  readonly requestTimeoutMs?: number;
}

/** A client for a person's kubeconfig. @throws when there is none, or it has not what the connection names */
export function clientFor(connection: Connection = {}): KubernetesClient {
  return clientOf(kubeconfigFor(connection));
}

/** The namespace that the context of a connection stands in; `default` when it names none. @throws as clientFor does */
export function namespaceFor(connection: Connection): string {
  const config = kubeconfigFor(connection);
  return config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
}

/** Merges the files of KUBECONFIG as kubectl does: some may be missing, and the first entry of a name counts. */
function loadPresent(config: KubeConfig, files: string): void {
  if (files === '') {
    config.loadFromDefault();
    return;
  }
  const [first, ...others] = files.split(delimiter).filter((file) => existsSync(file));
  if (first === undefined) throw new Error(`of KUBECONFIG=${files} no file is there`);
  config.loadFromFile(first);
  for (const file of others) {
    const further = new KubeConfig();
    further.loadFromFile(file);
    // The library refuses two entries of one name.
    further.clusters = further.clusters.filter(isNewIn(config.clusters));
    further.users = further.users.filter(isNewIn(config.users));
    further.contexts = further.contexts.filter(isNewIn(config.contexts));
    config.mergeConfig(further, (config.getCurrentContext() ?? '') !== '');
  }
}

/** Whether an entry has a name that none of these has. */
function isNewIn(all: readonly { readonly name: string }[]): (entry: { readonly name: string }) => boolean {
  return ({ name }) => all.every((one) => one.name !== name);
}

function kubeconfigFor({ kubeconfig, context, cluster, user, as, requestTimeoutMs }: Connection): KubeConfig {
  const config = new PooledKubeConfig(requestTimeoutMs ?? CALL_DEADLINE_MS, as);
  try {
    if (kubeconfig !== undefined) config.loadFromFile(kubeconfig);
    else loadPresent(config, process.env['KUBECONFIG'] ?? '');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the kubeconfig cannot be read: ${why}; name another with --kubeconfig`, { cause });
  }
  // What the library makes up where it finds nothing.
  if (config.getCurrentContext() === 'loaded-context' && config.getCurrentCluster()?.server === LOCALHOST)
    throw new Error(
      'there is no kubeconfig: set KUBECONFIG, write ~/.kube/config, or name a file with --kubeconfig',
    );
  if (context !== undefined) config.setCurrentContext(known('--context', context, config.getContexts()));
  if (cluster !== undefined || user !== undefined) {
    const current = config.getContextObject(config.getCurrentContext());
    config.addContext({
      ...current,
      name: FROM_OPTIONS,
      cluster:
        cluster === undefined ? (current?.cluster ?? '') : known('--cluster', cluster, config.getClusters()),
      user: user === undefined ? (current?.user ?? '') : known('--user', user, config.getUsers()),
    });
    config.setCurrentContext(FROM_OPTIONS);
  }
  return config;
}

const LOCALHOST = 'http://localhost:8080';
const FROM_OPTIONS = 'galera-injector: --cluster and --user';

/** A name that the kubeconfig has. @throws with those that it has when it is none of them */
function known(option: string, name: string, all: readonly { readonly name: string }[]): string {
  const names = all.map((one) => one.name);
  if (names.includes(name)) return name;
  const kind = option.slice(2);
  throw new Error(`${option} ${name}: no such ${kind}; the kubeconfig has ${names.join(', ') || 'none'}`);
}

function clientOf(config: KubeConfig): KubernetesClient {
  return {
    core: callsOf(config, CORE_ROUTES),
    apps: callsOf(config, APPS_ROUTES),
    custom: callsOf(config, CUSTOM_ROUTES),
    coordination: callsOf(config, COORDINATION_ROUTES),
    policy: callsOf(config, POLICY_ROUTES),
    authentication: callsOf(config, AUTHENTICATION_ROUTES),
    admission: callsOf(config, ADMISSION_ROUTES),
  };
}

/** The HTTP status of a failed API call, or undefined when the failure is of another kind. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}

/**
 * Whether a call failed through the API or on the way to it: a status, a time limit, a connection. Anything else is a fault
 * of our own.
 */
export function isApiFailure(error: unknown): boolean {
  return error instanceof ApiException || error instanceof NoAnswerError;
}

/** The result of a call, or null when the API says 404. */
export async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** Creates an object; true when it is new, false when one of that name existed already. */
export async function createIfAbsent(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (statusOf(error) === 409) return false;
    throw error;
  }
}

/** Replaces an object at the version it was read at; false when somebody has changed or deleted it since. */
export async function replaceIfUnchanged(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (statusOf(error) === 409 || statusOf(error) === 404) return false;
    throw error;
  }
}

/** A short text for logs: the API's own message when there is one. */
export function explainError(error: unknown): string {
  if (error instanceof ApiException) return `HTTP ${error.code}: ${messageOf(error.body)}`;
  return error instanceof Error ? error.message : String(error);
}

function messageOf(body: unknown): string {
  const text = typeof body === 'string' ? body : '';
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message);
    // An answer that is no Status may repeat what was sent, which may be a token or a Secret.
    return 'no message';
  } catch {
    // Not JSON: a proxy's page, perhaps. The beginning of it says enough.
  }
  return text.slice(0, 200) || 'no body';
}
