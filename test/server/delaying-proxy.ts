/** A TCP proxy on loopback that holds every byte back, in both directions: loopback alone does not show what meets on the way. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listen } from '../../src/server/https.ts';

/** A running proxy. */
export interface DelayingProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** Passes connections on to a port of this machine, each byte and each end `delayMs` later, from the address they come from. */
export async function delayingProxy(target: number, delayMs: number): Promise<DelayingProxy> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (inner) => {
    const localAddress = inner.remoteAddress?.replace('::ffff:', '') ?? '127.0.0.1';
    const outer = connect({
      host: '127.0.0.1',
      port: target,
      localAddress,
      allowHalfOpen: true,
      noDelay: true,
    });
    pass(inner, outer, delayMs);
    pass(outer, inner, delayMs);
    for (const socket of [inner, outer]) {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    }
  });
  const port = await listen(server, 0);
  return { port, close: () => closed(server, open) };
}

/** Timers of one length fire in the order in which they were set, so that the bytes stay in theirs. */
function pass(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), delayMs));
  from.on('end', () => setTimeout(() => to.end(), delayMs));
  // What failed on one side is cut off on the other, as a reset would.
  from.on('error', () => setTimeout(() => to.destroy(), delayMs));
}

function closed(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of open) socket.destroy();
  });
}
