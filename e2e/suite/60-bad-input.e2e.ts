import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { V1Pod, V1Service } from '@kubernetes/client-node';
import { example, mariadbImage } from '../support/examples.ts';
import { untilFormed } from '../support/galera.ts';
import { INJECTOR_NAMESPACE } from '../support/install.ts';
import { apply, createNamespace, get, kubectl, kubectlAny } from '../support/kubectl.ts';

let ns: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ name: ns, remove } = await createNamespace('bad'));
});
afterAll(() => remove());

interface Tweak {
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly containers?: unknown[];
}

async function refusal({ annotations = {}, labels = {}, containers }: Tweak): Promise<string> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'wrong-node1', labels: { galera: 'true', ...labels }, annotations },
    spec: { containers: containers ?? [{ name: 'mariadb', image: mariadbImage() }] },
  };
  const { code, stderr } = await kubectlAny(
    ['create', '-n', ns, '--validate=false', '-f', '-'],
    JSON.stringify(pod),
  );
  expect(code).not.toBe(0);
  return stderr;
}

const annotation = (name: string, value: string) => ({
  annotations: { [`galera-injector.dev/${name}`]: value },
});
const database = (name: string, image = mariadbImage()) => ({ name, image });

describe('what a user gets wrong is refused with a sentence, and nothing is half-injected', () => {
  it.each<[string, Tweak, RegExp]>([
    ['a size of 0', annotation('size', '0'), /galera-injector\.dev\/size.*"0"/],
    ['a size of 1000', annotation('size', '1000'), /galera-injector\.dev\/size.*"1000"/],
    ['a size with a newline', annotation('size', '3\n4'), /galera-injector\.dev\/size/],
    ['an SST method with a semicolon', annotation('sst-method', 'rsync;reboot'), /sst-method/],
    ['provider options with quotes', annotation('provider-options', '"; pc.bootstrap=1'), /provider-options/],
    ['peers with a substitution', annotation('peers', '$(reboot)'), /galera-injector\.dev\/peers/],
    ['an unknown flavor', annotation('flavor', 'oracle'), /galera-injector\.dev\/flavor.*oracle/],
    ['an order to bootstrap', annotation('bootstrap', 'now'), /order for a pod that exists/],
    [
      'a container that is not there',
      annotation('container', 'absent'),
      /galera-injector\.dev\/container.*absent/,
    ],
    ['an image without wsrep', { containers: [database('db', 'mysql:8.4')] }, /mysql:8\.4.*mariadb/s],
    ['an unknown image', { containers: [database('db', 'registry.example/thing:1')] }, /flavor/],
    [
      'two database containers',
      { containers: [database('a'), database('b')] },
      /galera-injector\.dev\/container/,
    ],
    ['no containers', { containers: [] }, /containers/],
    [
      'a cluster name that is no DNS label',
      { labels: { 'galera-injector.dev/cluster': 'A_b' } },
      /Cluster name "A_b"/,
    ],
  ])('%s', async (_what, tweak, sentence) => {
    expect(await refusal(tweak)).toMatch(sentence);
    expect((await get<{ items: V1Pod[] }>(ns, 'pods')).items).toHaveLength(0);
  });

  it('a cluster name of more than 23 characters is cut to the 32 that Galera takes, its hash included', async () => {
    const name = 'a-cluster-name-of-more-than-thirty-two-letters';
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'long-node1', labels: { galera: 'true', 'galera-injector.dev/cluster': name } },
      spec: { containers: [database('mariadb')] },
    };
    const ran = await kubectlAny(
      ['create', '-n', ns, '--dry-run=server', '-o', 'json', '-f', '-'],
      JSON.stringify(pod),
    );
    const env = (JSON.parse(ran.stdout) as V1Pod).spec?.containers[0]?.env;
    expect(env?.find((one) => one.name === 'WSREP_CLUSTER_NAME')?.value?.length).toBe(32);
  });
});

describe('a call to the coordinator', () => {
  let address: string;
  let authority: string;

  beforeAll(async () => {
    await apply(ns, await example('pods'));
    await untilFormed(ns, 'galera=true', 3);
    address = (await get<V1Service>(INJECTOR_NAMESPACE, 'service', 'galera-injector')).spec?.clusterIP ?? '';
    const pod = await get<V1Pod>(ns, 'pod', 'pxc-node1');
    authority = pod.spec?.initContainers?.[0]?.env?.find((one) => one.name === 'GALERA_CA')?.value ?? '';
  });

  function call(token: string | undefined, body: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const asked = request(
        `https://${address}/coordinator/v1/start`,
        {
          method: 'POST',
          ca: authority,
          servername: `galera-injector.${INJECTOR_NAMESPACE}.svc`,
          headers: {
            'Content-Type': 'text/plain',
            ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }

  const tokenOf = async (pod: string, audience: string): Promise<string> => {
    const { metadata } = await get<V1Pod>(ns, 'pod', pod);
    const bound = [
      `--bound-object-kind=Pod`,
      `--bound-object-name=${pod}`,
      `--bound-object-uid=${metadata?.uid}`,
    ];
    return (
      await kubectl(['create', 'token', 'default', '-n', ns, `--audience=${audience}`, ...bound])
    ).trim();
  };
  const body = (cluster: string) => `cluster=${cluster}\nask=1\ndata=empty\nidentity=chosen\n`;

  it('without a token is answered 401', async () => {
    expect((await call(undefined, body('pxc-node'))).status).toBe(401);
  });

  it('with a token that is not one, for another audience or of no pod is answered 401', async () => {
    expect((await call('nonsense', body('pxc-node'))).status).toBe(401);
    expect((await call(await tokenOf('pxc-node1', 'somebody-else'), body('pxc-node'))).status).toBe(401);
    const unbound = await kubectl(['create', 'token', 'default', '-n', ns, '--audience=galera-injector']);
    expect((await call(unbound.trim(), body('pxc-node'))).status).toBe(401);
  });

  it('about another cluster than the one of the pod is answered 403', async () => {
    const answer = await call(await tokenOf('pxc-node1', 'galera-injector'), body('other'));
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('not a member') as string });
  });

  it('that the pod has asked again since is answered 409 and changes nothing', async () => {
    const answer = await call(
      await tokenOf('pxc-node1', 'galera-injector'),
      body('pxc-node').replace('ask=1', 'ask=0'),
    );
    expect(answer.status).toBe(409);
    expect((await untilFormed(ns, 'galera=true', 3)).pods).toHaveLength(3);
  });

  it('that cannot be understood is answered 400 with the field', async () => {
    const answer = await call(
      await tokenOf('pxc-node1', 'galera-injector'),
      'cluster=pxc-node\nask=1\ndata=lots\n',
    );
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('data is "lots"') as string });
  });
});
