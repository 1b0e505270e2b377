/** `self-test`: has the API server pretend to create a labelled pod, and looks at what the webhook made of it. */
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import {
  GALERA_PORTS,
  INIT_CONTAINER,
  INJECTED_ANNOTATION,
  OPT_IN_LABEL,
  OPT_IN_VALUE,
  START_SCRIPT,
} from '../injection/index.ts';
import { clientInCluster, explainError, type KubernetesClient, statusOf } from '../kubernetes/client.ts';
import { requiredIn } from './environment.ts';
import { TEST_PATIENCE, type Patience, untilNoProblem } from './attempts.ts';

const ADDRESS = 'WSREP_CLUSTER_ADDRESS';

interface SelfTestConfig {
  /** Where the pod would be. */
  readonly namespace: string;
  readonly webhook: string;
}

/** Resolves with 0 when the pod comes back injected, with 1 when it does not, after a minute and a half of trying. */
export async function selfTest(
  env: NodeJS.ProcessEnv,
  connect: () => KubernetesClient = clientInCluster,
  patience: Patience = TEST_PATIENCE,
): Promise<number> {
  const config = readConfig(env);
  const client = connect();
  const say = patience.log;
  say(`creating a pod labelled ${OPT_IN_LABEL}=${OPT_IN_VALUE} in namespace ${config.namespace} (dry run)`);
  let pod: V1Pod = {};
  const problem = await untilNoProblem(async () => {
    try {
      const { namespace } = config;
      pod = await client.core.createNamespacedPod({ namespace, body: testPod(namespace), dryRun: 'All' });
    } catch (error) {
      return refusal(error, config);
    }
    return lacking(pod, config);
  }, patience);
  if (problem !== null) {
    say(`FAILED: ${problem}`);
    return 1;
  }
  say(`the pod was injected by version ${pod.metadata?.annotations?.[INJECTED_ANNOTATION]}`);
  say(`its cluster address is ${addressOf(database(pod))}`);
  return 0;
}

function readConfig(env: NodeJS.ProcessEnv): SelfTestConfig {
  const get = requiredIn(env, 'the chart');
  return { namespace: get('GALERA_INJECTOR_TEST_NAMESPACE'), webhook: get('GALERA_INJECTOR_WEBHOOK') };
}

/** A pod that PodSecurity "restricted", OpenShift and a quota accept too, so that only the webhook is tested. */
function testPod(namespace: string): V1Pod {
  const resources = { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '128Mi' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'galera-self-test-1',
      namespace,
      labels: { [OPT_IN_LABEL]: OPT_IN_VALUE },
    },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'mariadb',
          image: 'mariadb:11.8',
          resources: { requests: resources, limits: resources },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}

function refusal(error: unknown, { namespace }: SelfTestConfig): string {
  const what = explainError(error);
  const status = statusOf(error);
  if (status === 404) {
    return `there is no namespace ${namespace}: set the value selfTest.namespace to one that exists (${what})`;
  }
  if (status === undefined) return `the API server cannot be asked: ${what}`;
  // The API server says "failed calling webhook" when it could not reach it or does not trust its certificate.
  const next = what.includes('failed calling webhook')
    ? '; look at the pods and the log of the injector, and whether the control plane can reach its port'
    : '';
  return `the API server refused the pod: ${what}${next}`;
}

/** What an injected pod has and this one has not, or null. */
function lacking(pod: V1Pod, { namespace, webhook }: SelfTestConfig): string | null {
  const isMarked = pod.metadata?.annotations?.[INJECTED_ANNOTATION] !== undefined;
  const hasInit = pod.spec?.initContainers?.some(({ name }) => name === INIT_CONTAINER) === true;
  if (!isMarked && !hasInit) {
    return (
      `the pod came back without any injection: is mutatingwebhookconfiguration ${webhook} there, and does it ` +
      `leave out namespace ${namespace}? kube-system, the namespace of the injector and webhook.excludedNamespaces ` +
      'are left out; the value selfTest.namespace names another'
    );
  }
  const container = database(pod);
  const ports = new Set(container?.ports?.map(({ containerPort }) => containerPort));
  const missing = [
    ...(isMarked ? [] : [`the annotation ${INJECTED_ANNOTATION}`]),
    ...(hasInit ? [] : [`the init container ${INIT_CONTAINER}`]),
    ...(container?.command?.[0] === START_SCRIPT ? [] : [`the command ${START_SCRIPT}`]),
    ...GALERA_PORTS.filter(({ port }) => !ports.has(port)).map(
      ({ name, port }) => `the port ${name} ${port}`,
    ),
    // A bare gcomm:// would let every node found a cluster of its own.
    ...(/^gcomm:\/\/.+/.test(addressOf(container)) ? [] : [`addresses in the variable ${ADDRESS}`]),
  ];
  if (missing.length === 0) return null;
  return `the pod came back without ${missing.join(', ')}: another webhook may have changed it after the injector`;
}

function database(pod: V1Pod): V1Container | undefined {
  return pod.spec?.containers.find(({ name }) => name === 'mariadb');
}

function addressOf(container: V1Container | undefined): string {
  return container?.env?.find(({ name }) => name === ADDRESS)?.value ?? '';
}
