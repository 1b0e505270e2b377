/** The process that makes the load: one order over the IPC channel at a time, its result back the same way. */
import { attack } from './attack.ts';
import { post, type Target } from './connection.ts';
import { closedLoop, openLoop, type Seen } from './loops.ts';

/** What the bench may ask for. */
export type Order =
  | { kind: 'closed'; target: Target; body: string; connections: number; milliseconds: number }
  | { kind: 'open'; target: Target; body: string; perSecond: number; milliseconds: number }
  | { kind: 'attack'; target: Target };

async function obey(order: Order): Promise<Seen | null> {
  switch (order.kind) {
    case 'closed':
      return closedLoop(order.target, post(order.body), order.connections, order.milliseconds);
    case 'open':
      return openLoop(order.target, post(order.body), order.perSecond, order.milliseconds);
    case 'attack':
      // It ends with the process.
      attack(order.target);
      return null;
  }
}

process.on('message', (order: Order) => {
  obey(order).then(
    (seen) => process.send?.({ seen }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
