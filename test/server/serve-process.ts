/** The product in a process of its own, against a stand-in of the API server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

const WEBHOOK = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/galera-injector';
const SECRET = '/api/v1/namespaces/galera-system/secrets/galera-injector-tls';
const CHILD = fileURLToPath(new URL('serve-child.ts', import.meta.url));

/** What the chart tells a replica; its ports are any that are free. */
export const SERVE_ENVIRONMENT = {
  POD_NAMESPACE: 'galera-system',
  GALERA_INJECTOR_SERVICE: 'galera-injector',
  GALERA_INJECTOR_WEBHOOK: 'galera-injector',
  GALERA_INJECTOR_IMAGE: 'galera-injector:0.0.0',
  GALERA_INJECTOR_PORT: '0',
  GALERA_INJECTOR_ADMIN_PORT: '0',
};

/** A line of the log. */
export interface Line {
  readonly message: string;
  readonly port?: number;
  readonly adminPort?: number;
}

/** A replica that runs. */
export interface ServeProcess {
  readonly process: ChildProcess;
  readonly lines: readonly Line[];
  /** Where reviews are answered, and for what. */
  readonly port: number;
  readonly adminPort: number;
  /** Waits for a line of this message. */
  logged(message: string): Promise<Line>;
}

/** A stand-in with the webhook configuration that every replica asks for. */
export function apiForServing(): Promise<FakeApi> {
  const webhooks = [{ name: 'mutate.galera-injector.dev', clientConfig: {} }];
  return startFakeApi({ [WEBHOOK]: { metadata: { name: 'galera-injector' }, webhooks } });
}

/** The authority that the replicas of a stand-in share, PEM. */
export function authorityIn(api: FakeApi): string {
  const data = api.objects.get(SECRET)?.['data'] as Record<string, string>;
  return Buffer.from(data['ca.crt'] ?? '', 'base64').toString();
}

/** Starts a replica and waits until it serves. @throws when it ends first */
export async function startServe(api: FakeApi): Promise<ServeProcess> {
  const lines: Line[] = [];
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD], {
    env: {
      ...process.env,
      KUBECONFIG: api.kubeconfig,
      ...SERVE_ENVIRONMENT,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface(child.stdout).on('line', (line) => {
    const read = JSON.parse(line) as Line;
    // A line for each of thousands of reviews would only fill the memory.
    if (read.message !== 'admission review') lines.push(read);
  });
  const logged = async (message: string): Promise<Line> => {
    for (;;) {
      const found = lines.find((line) => line.message === message);
      if (found !== undefined) return found;
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the process ended without logging "${message}"`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const { port = 0, adminPort = 0 } = await logged('serving');
  return { process: child, lines, port, adminPort, logged };
}
