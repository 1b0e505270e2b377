/** Another member of the cluster, as far as the scripts see it: it accepts connections. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach } from 'vitest';

const ADDRESS = '127.0.0.11';

/** Below those that Linux gives to whoever asks for any port: no other test gets one while its member has stopped. */
const PORTS = [10_000, 32_768] as const;

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
    port = randomInt(...PORTS);
    server = await listenAt(ADDRESS, port);
  });
  afterEach(() => {
    server.close();
  });
  return {
    get port() {
      return port;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
    async listen() {
      server = await listenAt(ADDRESS, port);
    },
  };
}

/** A member at an address. @throws where the port is in use */
export async function listenAt(address: string, port: number): Promise<Server> {
  const server = createServer((socket) => socket.end());
  await once(server.listen(port, address), 'listening');
  return server;
}
