/** A connection that sends prepared bytes and reads just enough of the answer, so that the load costs little itself. */
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

/** Where to, and whom to trust. */
export interface Target {
  readonly port: number;
  readonly authority: string;
  /** The loopback address to come from: servers bound the connections of each. */
  readonly from?: string;
}

/** The name in the certificate that all servers of the bench share. */
export const NAME = 'galera-injector.galera-system.svc';

/** One keep-alive connection; one request at a time. */
export interface Connection {
  readonly socket: TLSSocket;
  /** Sends a request and resolves with the status of its answer. @throws when the connection ends first */
  readonly ask: (request: Buffer) => Promise<number>;
}

/** Opens a connection. @throws when the handshake fails */
export function open({ port, authority, from = '127.0.0.1' }: Target): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const options: ConnectionOptions & { localAddress: string } = {
      host: '127.0.0.1',
      port,
      localAddress: from,
      ca: authority,
      servername: NAME,
      ALPNProtocols: ['http/1.1'],
    };
    const socket = connect(options);
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.off('error', reject);
      resolve({ socket, ask: asker(socket) });
    });
  });
}

function asker(socket: TLSSocket): Connection['ask'] {
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | null = null;
  let text = '';
  const end = (error: Error): void => {
    waiting?.reject(error);
    waiting = null;
  };
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const head = text.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
    if (text.length < head + 4 + length) return;
    const status = Number(text.slice(9, 12));
    text = text.slice(head + 4 + length);
    waiting?.resolve(status);
    waiting = null;
  });
  socket.on('error', end);
  socket.on('close', () => end(new Error('the connection ended before the answer')));
  return (request) =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Error('the connection has ended'));
      waiting = { resolve, reject };
      socket.write(request);
    });
}

/** The bytes of a POST to `/mutate`. */
export function post(body: string | Buffer, headers: readonly string[] = []): Buffer {
  const bytes = Buffer.from(body);
  const lines = [
    'POST /mutate?timeout=30s HTTP/1.1',
    `Host: ${NAME}`,
    'Content-Type: application/json',
    `Content-Length: ${bytes.length}`,
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]);
}
