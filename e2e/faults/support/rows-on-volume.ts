/** The rows on a volume whose member is refused, as a person reads them out. */
import { kubectl, kubectlAny, until } from '../../support/kubectl.ts';
import { mariadbImage } from '../../support/examples.ts';
import { apply } from '../../support/kubectl.ts';

/** A server of its own over a copy: neither the volume nor the cluster hears of it. */
const READ = `cp -a /volume /tmp/copy && chown -R mysql: /tmp/copy
gosu mysql mariadbd --no-defaults --datadir=/tmp/copy --socket=/tmp/own.sock --skip-networking --skip-grant-tables >/tmp/log 2>&1 &
for _ in {1..60}; do
  if mariadb --no-defaults --socket=/tmp/own.sock -NB -e 'SELECT n FROM app.ledger'; then exit; fi
  sleep 1
done
cat /tmp/log >&2
exit 1`;

/** The numbers in the table of the application on the volume of a claim. */
export async function rowsOnVolume(namespace: string, claim: string): Promise<readonly number[]> {
  const name = `rows-${Math.random().toString(36).slice(2, 7)}`;
  await apply(namespace, JSON.stringify(reader(name, claim)));
  try {
    await until(`the rows on ${claim}`, 120, async () => {
      const phase = await kubectl(['get', 'pod', '-n', namespace, name, '-o', 'jsonpath={.status.phase}']);
      return phase === 'Succeeded' ? { done: true } : { not: phase };
    });
    const log = await kubectl(['logs', '-n', namespace, name]);
    return [...log.matchAll(/^\d+$/gm)].map(Number);
  } finally {
    await kubectlAny(['delete', 'pod', '-n', namespace, name, '--wait=false']);
  }
}

function reader(name: string, claimName: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'reader',
          image: mariadbImage(),
          command: ['bash', '-c', READ],
          volumeMounts: [{ name: 'data', mountPath: '/volume', readOnly: true }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    },
  };
}
