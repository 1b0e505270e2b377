/** A Secret with certificates of a user’s own, as the kubelet mounts it (kubernetes: pkg/volume/util/atomic_writer.go). */
import { chmod, mkdir, mkdtemp, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type KeyPair, makeAuthority, signed } from '../../src/tls/generate.ts';
import type { MemberFiles } from '../../src/tls/members.ts';

const DAY = 24 * 3_600_000;

/** An authority that a user has. */
export function ownAuthority(): Promise<KeyPair> {
  return makeAuthority(Date.now(), 60 * DAY);
}

/** What an issuer writes into the Secret of a cluster, a new certificate each time. */
export async function ownFiles(authority: KeyPair, names = ['db-members', 'db-mysql']): Promise<MemberFiles> {
  const subject = { names, addresses: [], isClient: true };
  const { certificate, key } = await signed(subject, authority, { now: Date.now(), until: Date.now() + DAY });
  return { 'ca.crt': authority.certificate, 'tls.crt': certificate, 'tls.key': key };
}

/** Mounts it there, or replaces what is mounted: the files in a folder of their own, to which `..data` points at once. */
export async function mountSecret(at: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(at, { recursive: true });
  const before = await readlink(join(at, '..data')).catch(() => null);
  const folder = await mkdtemp(join(at, '..2026_'));
  await chmod(folder, 0o755);
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o444);
    if (before === null) await symlink(join('..data', name), join(at, name));
  }
  await symlink(basename(folder), join(at, '..data_tmp'));
  await rename(join(at, '..data_tmp'), join(at, '..data'));
  if (before !== null) await rm(join(at, before), { recursive: true });
}
