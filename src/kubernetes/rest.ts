/**
 * Calls of the Kubernetes API by the client library's credentials, requests, transport and errors, without its generated
 * classes: those bring every kind that Kubernetes has, for the twenty calls that are made here (docs/adr/0015). The types
 * are the library's.
 */
import {
  ApiException,
  type ConfigurationOptions,
  createConfiguration,
  type HttpMethod,
  type KubeConfig,
  type ResponseContext,
  ServerConfiguration,
  setHeaderMiddleware,
} from '@kubernetes/client-node';
import { VERSION } from '../version.ts';
import { withDates } from './times.ts';

/** Method and path of a call; `{name}` and `{namespace}` stand for parameters. */
export type Route = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

type Call = (
  parameters?: Readonly<Record<string, unknown>>,
  options?: ConfigurationOptions,
) => Promise<unknown>;

/**
 * The methods of the library that the routes name, to be called as its documentation says; of the options only
 * `middleware` counts. Objects come and go as they are on the wire, except that times are Dates.
 *
 * A call fails with ApiException for every status but 2xx, the text of the answer as its body.
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
    return answerOf(await httpApi.send(request).toPromise());
  };
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

async function answerOf({ httpStatusCode, headers, body }: ResponseContext): Promise<unknown> {
  const text = await body.text();
  if (httpStatusCode < 200 || httpStatusCode > 299) {
    throw new ApiException(httpStatusCode, 'the API server refused the call', text, headers);
  }
  return withDates(JSON.parse(text));
}
