/** What the injector reads for a pod on a real cluster, and the pods that are created beside it. */
import { apply, createNamespace, get } from '../../e2e/support/kubectl.ts';
import { reviewOf, SIZES } from '../review.ts';
import type { Way } from './pairs.ts';

/** A namespace with a StatefulSet of three that has no pods. */
export interface Subject {
  readonly namespace: string;
  /** The pod of each way as JSON. */
  readonly pods: Readonly<Record<Way, string>>;
  readonly remove: () => Promise<void>;
}

/** Makes the namespace with StatefulSet and Services. */
export async function makeSubject(): Promise<Subject> {
  const { name: namespace, remove } = await createNamespace('bench');
  try {
    await apply(namespace, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects() }));
    const { metadata } = await get<{ metadata: { uid: string } }>(namespace, 'statefulset', 'db');
    const pod = (label: string) => podOf(namespace, metadata.uid, label);
    return { namespace, pods: { through: pod('true'), past: pod('false') }, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function objects(): readonly object[] {
  const [app, galera] = [{ app: 'db' }, { galera: 'true' }];
  const ports = [3306, 4444, 4567, 4568].map((port) => ({ name: `port-${port}`, port }));
  const template = {
    metadata: { labels: { ...app, ...galera } },
    // There is no such account: the API server refuses each pod of the controller before it asks a webhook, and none runs.
    spec: { serviceAccountName: 'absent', containers: [{ name: 'mariadb', image: 'mariadb:11.8' }] },
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'db' } },
    service('db', { clusterIP: 'None', selector: app, publishNotReadyAddresses: true, ports }),
    service('db-mysql', { selector: app, ports: ports.slice(0, 1) }),
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: {
        replicas: 3,
        serviceName: 'db',
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: app },
        template,
      },
    },
  ];
}

function service(name: string, spec: object): object {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
}

/** The pod of the reviews that are measured over loopback, as a member of this StatefulSet. */
function podOf(namespace: string, uid: string, label: string): string {
  const { request } = JSON.parse(reviewOf(SIZES['6 KB'])) as {
    request: { object: { metadata: { labels: object; ownerReferences: object[] } } };
  };
  const { metadata, ...rest } = request.object;
  const { labels, ownerReferences, ...others } = metadata;
  return JSON.stringify({
    ...rest,
    metadata: {
      ...others,
      namespace,
      labels: { ...labels, galera: label },
      ownerReferences: ownerReferences.map((owner) => ({ ...owner, uid })),
      // The API server writes its own.
      managedFields: undefined,
    },
  });
}
