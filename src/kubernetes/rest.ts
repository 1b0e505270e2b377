/**
 * Calls of the Kubernetes API by the client library's credentials, requests, transport and errors, without its generated
 * classes: those bring every kind that Kubernetes has, for the twenty calls that are made here (docs/adr/0015). The types
 * are the library's.
 */
import {
  ApiException,
  type ConfigurationOptions,
  createConfiguration,
  type HttpLibrary,
  type HttpMethod,
  type KubeConfig,
  type RequestContext,
  ServerConfiguration,
  setHeaderMiddleware,
} from '@kubernetes/client-node';
import { VERSION } from '../version.ts';
import { withDates } from './times.ts';

/** Method and path of a call; `{name}` and `{namespace}` stand for parameters. */
export type Route = `${'GET' | 'POST' | 'PUT' | 'PATCH'} /${string}`;

/** The API server could not be reached, or did not answer in time; the message says which. */
export class NoAnswerError extends Error {
  override name = 'NoAnswerError';
}

type Call = (
  parameters?: Readonly<Record<string, unknown>>,
  options?: ConfigurationOptions,
) => Promise<unknown>;

/**
 * The methods of the library that the routes name, to be called as its documentation says; of the options only
 * `middleware` counts. Objects come and go as they are on the wire, except that times are Dates.
 *
 * A call fails with ApiException for every status but 2xx, the text of the answer as its body, and with NoAnswerError where
 * there is none.
 */
export function callsOf<Calls>(
  config: KubeConfig,
  routes: NoInfer<Readonly<Record<keyof Calls & string, Route>>>,
): Calls {
  const entries = Object.entries<Route>(routes).map(([name, route]) => [name, callOf(config, route)]);
  // A route has no types of its own: the tests compare what is sent and read with the library's classes.
  return Object.fromEntries(entries) as Calls;
}

function callOf(config: KubeConfig, route: Route): Call {
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new Error('the kubeconfig has no cluster for its current context; name one there');
  const server = new ServerConfiguration(cluster.server, {});
  const { httpApi } = createConfiguration();
  const agent = setHeaderMiddleware('User-Agent', `galera-injector/${VERSION}`);
  const [method, template] = route.split(' ') as [HttpMethod, string];
  return async (parameters = {}, { middleware = [] } = {}) => {
    const { path, query, body } = sorted(template, parameters);
    let request = server.makeRequestContext(path, method);
    for (const [name, value] of query) request.setQueryParam(name, value);
    request.setHeaderParam('Accept', 'application/json');
    if (body !== undefined) {
      request.setHeaderParam('Content-Type', `application/${method === 'PATCH' ? 'merge-patch+' : ''}json`);
      request.setBody(JSON.stringify(body));
    }
    await config.applySecurityAuthentication(request);
    for (const one of [agent, ...middleware]) request = await one.pre(request).toPromise();
    return answerOf(await send(request, httpApi).catch(unanswered));
  };
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Sends through the request's own connections where it has some: the library's fetch costs twice as much. */
async function send(request: RequestContext, library: HttpLibrary): Promise<Reply> {
  const dispatcher = request.getDispatcher();
  if (dispatcher === undefined) {
    const { httpStatusCode, headers, body } = await library.send(request).toPromise();
    return { status: httpStatusCode, headers, text: await body.text() };
  }
  const { origin, pathname, search } = new URL(request.getUrl());
  const body = request.getBody();
  const signal = request.getSignal();
  const {
    statusCode,
    headers,
    body: reply,
  } = await dispatcher.request({
    origin,
    path: pathname + search,
    method: request.getHttpMethod(),
    headers: request.getHeaders(),
    ...(typeof body === 'string' ? { body } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  return { status: statusCode, headers: headers as Reply['headers'], text: await reply.text() };
}

interface Sorted {
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly body: unknown;
}

/** The parameters by where they go. @throws when one of the path is missing */
function sorted(template: string, { body, ...parameters }: Readonly<Record<string, unknown>>): Sorted {
  const rest = new Map(Object.entries(parameters));
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest.get(name);
    if (typeof value !== 'string' || value === '') throw new Error(`${template} needs the parameter ${name}`);
    rest.delete(name);
    return encodeURIComponent(value);
  });
  const query = [...rest].flatMap(([name, value]): [string, string][] =>
    // The library puts a line before names that are words of JavaScript: `_continue`.
    value === undefined ? [] : [[name.replace(/^_/, ''), `${value as string | number | boolean}`]],
  );
  return { path, query, body };
}

function unanswered(cause: unknown): never {
  const [first = cause] = cause instanceof AggregateError ? (cause.errors as unknown[]) : [];
  const why = first instanceof Error ? first.message : String(first);
  throw new NoAnswerError(`the API server did not answer: ${why}`, { cause });
}

function answerOf({ status, headers, text }: Reply): unknown {
  if (status < 200 || status > 299)
    throw new ApiException(status, 'the API server refused the call', text, headers);
  return withDates(JSON.parse(text));
}
