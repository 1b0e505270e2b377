/** What a server proves itself with. */
import { once } from 'node:events';
import * as net from 'node:net';
import * as tls from 'node:tls';

/** What a caller proves itself with, in PEM. */
interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** The serial number of the certificate that a member calling there is shown; on the port for SQL it asks for TLS first. */
export async function servedBy(
  at: { readonly host: string; readonly port: number },
  { certificate: cert, key }: Pair,
  kind = '',
): Promise<string> {
  const plain = net.connect(at);
  if (kind === 'sql') {
    await once(plain, 'data');
    plain.write(askForTls());
  }
  const socket = tls.connect({ socket: plain, cert, key, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.serialNumber ?? '';
  } finally {
    socket.destroy();
  }
}

/** A client's first packet, after the greeting, that asks for TLS: SSLRequest in the protocol of MariaDB. */
function askForTls(): Buffer {
  const packet = Buffer.alloc(36);
  packet.writeUInt8(32, 0); // length of what follows the four bytes of the header
  packet.writeUInt8(1, 3); // number of the packet
  packet.writeUInt32LE(0x8a00, 4); // CLIENT_SSL, PROTOCOL_41, SECURE_CONNECTION
  packet.writeUInt32LE(0xffffff, 8); // the longest packet
  packet.writeUInt8(33, 12); // utf8
  return packet;
}
