import { row } from './support/matrix.ts';
import { eventsOf } from './support/waits.ts';

row(14, 'two first starts at once, from workloads that claim one cluster name', (add) => {
  add('two StatefulSets, of two and of one', { shape: 'TwoStatefulSets', timed: true }, async (subject) => {
    const granted = await eventsOf(subject.namespace, 'GaleraBootstrap');
    if (granted.length !== 1) {
      const who = granted.map((event) => `${event.involvedObject.name}: ${event.message}`);
      throw new Error(`${granted.length} members were told to bootstrap: ${who.join('; ')}`);
    }
    subject.begin();
    await subject.recovers();
  });
});
