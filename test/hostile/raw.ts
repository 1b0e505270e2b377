/** Bytes over TLS or TCP as no client library sends them. */
import { connect as connectTcp } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { NAME } from '../server/loopback.ts';

/** Where to, and whom to trust. */
export interface Target {
  readonly port: number;
  readonly authority: string;
}

/** What came back until the connection ended; null for the text when it never opened. */
export interface Outcome {
  readonly text: string;
  readonly error: string | null;
}

/** Opens TLS. @throws when the handshake fails */
export function open({ port, authority }: Target, tweak: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca: authority, servername: NAME, ...tweak });
    socket.once('error', reject);
    socket.once('secureConnect', () => resolve(socket));
  });
}

/** Sends the bytes over TLS and waits for the end of the connection. */
export async function sendRaw(target: Target, bytes: string | Buffer): Promise<Outcome> {
  const socket = await open(target);
  socket.write(bytes);
  return drained(socket);
}

/** Sends bytes without TLS. */
export function sendPlain({ port }: Target, bytes: string | Buffer): Promise<Outcome> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  socket.write(bytes);
  return drained(socket);
}

/** Everything that arrives until the other side closes. */
export function drained(socket: NodeJS.ReadWriteStream): Promise<Outcome> {
  return new Promise((resolve) => {
    let text = '';
    let error: string | null = null;
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', (problem: Error) => (error = problem.message));
    socket.on('close', () => resolve({ text, error }));
  });
}

/** The status of the first answer in the text. */
export function statusIn(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
}
