/** Another member of the cluster, as far as the scripts see it: it accepts connections. */
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach } from 'vitest';

const ADDRESS = '127.0.0.11';

/** The member of the test that runs. */
export interface ListeningMember {
  readonly port: number;
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  listen(): Promise<void>;
}

/** Registers a member that listens at 127.0.0.11, on another port for each test. */
export function memberForEachTest(): ListeningMember {
  let server: Server;
  let port: number;
  beforeEach(async () => {
    server = await listenAt(ADDRESS);
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterEach(() => {
    server.close();
  });
  return {
    get port() {
      return port;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
    listen: () => new Promise((resolve) => server.listen(port, ADDRESS, resolve)),
  };
}

/** A member at an address; by default on any free port. */
export async function listenAt(address: string, port = 0): Promise<Server> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return server;
}
