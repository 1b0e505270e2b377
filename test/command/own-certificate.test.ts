import { chmodSync, mkdtempSync, readlinkSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepOwnCertificate } from '../../src/command/init.ts';
import { mountSecret, ownAuthority, ownFiles } from '../tls/secret-volume.ts';

let volume: string;
beforeEach(() => (volume = mkdtempSync(join(tmpdir(), 'own-'))));
afterEach(() => rmSync(volume, { recursive: true }));
const at = (name: string) => join(volume, name);

it('certificates of the user’s own are left for a server of whatever user, with what renews them', async () => {
  // As the kubelet gives it to a container without a group of its own.
  chmodSync(volume, 0o1777);
  const files = await ownFiles(await ownAuthority());
  await mountSecret(at('own'), files);
  await keepOwnCertificate('db-members', { keys: at('keys') });
  for (const [name, text] of Object.entries(files))
    expect(readFileSync(at(`keys/current/${name}`), 'utf8')).toBe(text);
  expect(readFileSync(at('keys/name'), 'utf8')).toBe('db-members\n');
  const mode = (name: string) => (statSync(at(name)).mode & 0o777).toString(8);
  expect([mode('keys'), mode('keys/name'), mode('keys/current/tls.key')]).toEqual(['777', '644', '644']);
  // By which the loop sees that the kubelet has brought another one.
  expect(readFileSync(at('keys/current/tag'), 'utf8')).toBe(`${readlinkSync(at('own/..data'))}\n`);
});
