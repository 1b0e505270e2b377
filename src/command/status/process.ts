/** `status` as this process runs it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { clientForContext, namespaceOfContext } from '../../kubernetes/client.ts';
import { status } from './index.ts';
import { clusterReader } from './read.ts';

/** Runs `status` over the kubeconfig; an interrupt ends a watch. */
export function statusOfKubeconfig(args: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  return status(args, {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    connect: async (context) => ({
      read: clusterReader(clientForContext(context)),
      namespace: namespaceOfContext(context),
    }),
    now: Date.now,
    pause: async (milliseconds) => {
      await sleep(milliseconds, undefined, { signal: interrupted.signal }).catch(() => undefined);
      return !interrupted.signal.aborted;
    },
  });
}
