import type { V1ReplicaSet } from '@kubernetes/client-node';
import { get, kubectl, kubectlAny } from '../support/kubectl.ts';
import { row } from './support/matrix.ts';
import { SELECTOR } from './support/workloads.ts';

/** What kubectl prints when a pod of the Deployment's ReplicaSet is admitted; nothing is created. */
async function warningAtAdmission(namespace: string): Promise<string> {
  const { items } = await get<{ items: V1ReplicaSet[] }>(namespace, 'replicasets', '-l', SELECTOR);
  const [owner] = items;
  if (owner === undefined) throw new Error('the Deployment has no ReplicaSet');
  const [name, uid] = [owner.metadata?.name ?? '', owner.metadata?.uid ?? ''];
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-trial`,
      namespace,
      labels: owner.spec?.template?.metadata?.labels ?? {},
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid, controller: true }],
    },
    spec: owner.spec?.template?.spec,
  };
  const ran = await kubectlAny(['create', '--dry-run=server', '-f', '-'], JSON.stringify(pod));
  if (ran.code !== 0) throw new Error(`the trial was refused: ${ran.stderr}`);
  return ran.stderr;
}

row(15, 'all pods of a Deployment deleted: its data is gone by design', (add) => {
  add(
    'comes back as a new cluster, as the warning said',
    { shape: 'Deployment', timed: true },
    async (subject) => {
      const { namespace } = subject;
      const warning = await warningAtAdmission(namespace);
      if (!/Warning: .*Deployment db.*the data is gone with the last of them/.test(warning)) {
        throw new Error(`the admission of a pod of the Deployment warns of: ${warning || 'nothing'}`);
      }
      const names = await subject.podNames();
      subject.begin();
      await kubectl(['delete', 'pod', '-n', namespace, ...names]);
      await subject.recovers({ uuid: 'other' });
    },
  );
});
