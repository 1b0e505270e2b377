import { bootCluster } from '../cluster/index.ts';
import { row } from './support/matrix.ts';
import { allPodProcesses, killAll, podProcesses } from '../support/processes.ts';

const options = { alone: true, machine: true };

row(12, 'the node', (add) => {
  add('kubelet and container runtime restarted', options, async (subject) => {
    const cluster = await bootCluster({ log: () => undefined });
    subject.begin();
    await cluster.restartKubelet();
    await cluster.restartContainerd();
    await subject.recovers();
  });

  add('every container of the machine killed at once, sandboxes included', options, async (subject) => {
    // The application stands for clients on other machines, and holds the ledger.
    const application = new Set((await podProcesses(subject.namespace, 'writer')).map((one) => one.pid));
    const others = (await allPodProcesses()).filter((one) => !application.has(one.pid));
    subject.begin();
    killAll(others);
    await subject.recovers();
  });
});
