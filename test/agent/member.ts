/** Another member of the cluster, as far as the scripts see it: what listens on its port for SQL. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach } from 'vitest';

const ADDRESS = '127.0.0.11';

/** Below those that Linux gives to whoever asks for any port: no other test gets one while its member has stopped. */
const PORTS = [10_000, 32_768] as const;

/** A packet of the MySQL protocol: three bytes of length and the number 0 before what it holds. */
function firstPacket(...payload: readonly (number | string)[]): Buffer {
  const body = Buffer.concat(payload.map((part) => Buffer.from(typeof part === 'string' ? part : [part])));
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]);
}

/** What a server sends first to whoever connects. */
export const GREETING = firstPacket(10, '11.8.9-MariaDB\0');
/** What it sends instead to one connection too many (error 1040). */
export const TOO_MANY = firstPacket(0xff, 0x10, 0x04, 'Too many connections');

/** What listens: it does this with each connection. */
export type Listener = (socket: Socket) => void;

/** Sends these bytes and closes, as a server does at last with one that says nothing. */
export const sends =
  (bytes: Buffer | string): Listener =>
  (socket) =>
    void socket.end(bytes);

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

/** Something that listens at an address, by default a member, on any free port. @throws where the port is in use */
export async function listenAt(address: string, port = 0, listener = sends(GREETING)): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    listener(socket);
  });
  await once(server.listen(port, address), 'listening');
  return server;
}
