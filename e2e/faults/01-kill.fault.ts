import { killServers } from '../support/faults.ts';
import { row } from './support/matrix.ts';

row(1, 'SIGKILL of servers', (add) => {
  for (const index of [0, 1, 2]) {
    add(`the server of db-${index}`, { figure: 'one server killed' }, async (subject) => {
      subject.begin();
      await killServers(subject.namespace, [`db-${index}`]);
      await subject.recovers();
    });
  }

  add('the servers of db-0 and db-1 at once', { figure: 'two of three at once' }, async (subject) => {
    subject.begin();
    await killServers(subject.namespace, ['db-0', 'db-1']);
    await subject.recovers();
  });

  add('all three servers at once', { figure: 'all three servers killed' }, async (subject) => {
    subject.begin();
    await killServers(subject.namespace, ['db-0', 'db-1', 'db-2']);
    await subject.recovers();
  });
});
