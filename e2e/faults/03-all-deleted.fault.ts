import { kubectl } from '../support/kubectl.ts';
import { row } from './support/matrix.ts';
import type { Shape } from './support/workloads.ts';

row(3, 'all pods deleted with the volumes kept', (add) => {
  for (const shape of ['Parallel', 'OrderedReady', 'Pods', 'ReplicationControllers'] satisfies Shape[]) {
    add(shape, { shape, figure: 'all pods deleted' }, async (subject) => {
      subject.begin();
      await kubectl(['delete', 'pod', '-n', subject.namespace, ...(await subject.podNames())]);
      if (shape === 'Pods') {
        await kubectl(['apply', '-n', subject.namespace, '-f', '-'], subject.workload.manifest);
      }
      await subject.recovers();
    });
  }
});
