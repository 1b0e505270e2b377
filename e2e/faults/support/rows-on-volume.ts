/** The rows on a volume whose member is refused, as a person reads them out. */
import { readVolume } from './volumes.ts';

/** A server of its own over a copy: it changes neither the volume nor the cluster. */
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
  const { phase, text } = await readVolume(namespace, claim, READ);
  if (phase !== 'Succeeded') throw new Error(`the rows on ${claim} cannot be read: ${text}`);
  return [...text.matchAll(/^\d+$/gm)].map(Number);
}
