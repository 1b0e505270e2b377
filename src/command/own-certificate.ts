/** Certificates that a user brings in a Secret: checked before a server starts. */
import { readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkMemberFiles, type MemberFiles } from '../tls/members.ts';

/** What the kubelet makes point to the files of a Secret; it lets it point to new ones, all of them at once. */
const FILES = '..data';

/** What a member begins with. */
interface OwnCertificate {
  /** By which members call each other. */
  readonly name: string;
  /**
   * In the form in which the coordinator gives others; the tag is the folder of the kubelet, another one at each change
   * (agent/lib/brought.sh).
   */
  readonly line: string;
}

/**
 * Reads the Secret that is mounted there.
 *
 * @throws Error that names the Secret, what is wrong with it and the remedy
 */
export async function ownCertificate(secret: string, mounted: string): Promise<OwnCertificate> {
  const link = join(mounted, FILES);
  const folder = await realpath(link).catch(() => link);
  const files = await readFiles(folder);
  const name = nameIn(files, secret);
  const encoded = (['tls.crt', 'tls.key', 'ca.crt'] as const).map((one) => base64(files[one]));
  return { name, line: ['new', 0, basename(folder), ...encoded].join(' ') };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function nameIn(files: MemberFiles, secret: string): string {
  try {
    return checkMemberFiles(files);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Secret ${secret}, which annotation galera-injector.dev/tls-secret names: ${why}`, {
      cause: error,
    });
  }
}

/** A file that is not there is empty. */
async function readFiles(folder: string): Promise<MemberFiles> {
  const read = (name: keyof MemberFiles) => readFile(join(folder, name), 'utf8').catch(() => '');
  const [authorities, certificate, key] = await Promise.all([
    read('ca.crt'),
    read('tls.crt'),
    read('tls.key'),
  ]);
  return { 'ca.crt': authorities, 'tls.crt': certificate, 'tls.key': key };
}
