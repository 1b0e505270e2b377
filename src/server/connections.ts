/** How many connections there may be, and whose. */
import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/** Bounds on connections. */
export interface ConnectionBounds {
  /** Connections in all, each of about 50 kB. */
  readonly connections: number;
  /** Connections of one address. */
  readonly connectionsPerAddress: number;
}

/**
 * Bounds the connections of a server. Where there is no room left, the address that holds the most gives up its oldest
 * one for the newcomer: a few pods that hold all there is cannot keep the API server out.
 */
export function boundConnections(server: Server, bounds: ConnectionBounds): void {
  const held = new Map<string, Set<Socket>>();
  let total = 0;
  const forget = (address: string, socket: Socket): void => {
    const those = held.get(address);
    if (those?.delete(socket) !== true) return;
    total -= 1;
    if (those.size === 0) held.delete(address);
  };
  // A closed socket no longer knows its address.
  const drop = (address: string, socket: Socket | undefined): void => {
    if (socket === undefined) return;
    forget(address, socket);
    socket.destroy();
  };
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const own = held.get(address) ?? new Set();
    held.set(address, own.add(socket));
    total += 1;
    socket.once('close', () => forget(address, socket));
    // Those dropped count as gone at once: many may come before the first of them is closed.
    if (own.size > bounds.connectionsPerAddress) return drop(address, socket);
    if (total <= bounds.connections) return;
    const [most, those] = largest(held);
    if (those.size <= own.size) drop(address, socket);
    else drop(most, [...those][0]);
  });
}

/** Whoever holds the most connections, the oldest of them first. */
function largest(held: ReadonlyMap<string, ReadonlySet<Socket>>): readonly [string, ReadonlySet<Socket>] {
  let found: readonly [string, ReadonlySet<Socket>] = ['', new Set()];
  for (const entry of held) if (entry[1].size > found[1].size) found = entry;
  return found;
}
