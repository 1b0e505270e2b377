/** Times what the Kubernetes API is asked, whoever asks. */
import type { ApiResult } from '../telemetry/labels.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type KubernetesClient, statusOf } from './client.ts';

/** The client with each request timed under the name of its method, of which the code uses a fixed few. */
export function timedClient(
  client: KubernetesClient,
  metrics: Pick<Metrics, 'apiRequests'>,
): KubernetesClient {
  const timed = <Group extends object>(group: Group): Group =>
    new Proxy(group, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function' || typeof name !== 'string') return member;
        return (...given: unknown[]) =>
          timeRequest(metrics, name, () => Reflect.apply(member, target, given) as unknown);
      },
    });
  const { core, apps, custom, coordination, policy, authentication, admission } = client;
  return {
    core: timed(core),
    apps: timed(apps),
    custom: timed(custom),
    coordination: timed(coordination),
    policy: timed(policy),
    authentication: timed(authentication),
    admission: timed(admission),
  };
}

async function timeRequest(
  { apiRequests }: Pick<Metrics, 'apiRequests'>,
  request: string,
  send: () => unknown,
): Promise<unknown> {
  const stop = apiRequests.startTimer({ request });
  try {
    const answer = await send();
    stop({ result: 'ok' });
    return answer;
  } catch (error) {
    stop({ result: resultOf(statusOf(error)) });
    throw error;
  }
}

function resultOf(status: number | undefined): ApiResult {
  if (status === undefined) return 'unanswered';
  if (status === 404) return 'absent';
  if (status === 409) return 'conflict';
  return status < 500 ? 'refused' : 'failed';
}
