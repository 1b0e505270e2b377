/** Asks each replica for a TLS connection, as a start script in a pod does. */
import { connect } from 'node:tls';
import { INJECTOR_NAMESPACE } from '../support/install.ts';
import { replicas } from '../support/replicas.ts';

const NAME = `galera-injector.${INJECTOR_NAMESPACE}.svc`;
const PORT = 10_250;
const TIMEOUT_MS = 5_000;

/** The addresses of the replicas that run. */
export async function replicaAddresses(): Promise<readonly string[]> {
  return (await replicas()).flatMap((pod) => pod.status?.podIP ?? []);
}

/** Null when a client with these authorities connects, else why not. */
export function connectionFault(host: string, authorities: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(
      { host, port: PORT, servername: NAME, ca: authorities, timeout: TIMEOUT_MS },
      () => {
        socket.destroy();
        resolve(null);
      },
    );
    socket.on('timeout', () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`)));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
