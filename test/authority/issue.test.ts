import { X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import { isCurrent, issue, type MemberPair } from '../../src/authority/issue.ts';
import type { Root } from '../../src/authority/roots.ts';

const DAY = 24 * 3_600_000;
const LIVES = { leaf: 60 * DAY, authority: 3_650 * DAY, overlap: 7 * DAY };
/** Some days ago: two members meet today. */
const NOW = Math.floor(Date.now() / 1_000) * 1_000 - 8 * DAY;

function root(id: string, ageInDays = 10): Root {
  return { id, born: NOW - ageInDays * DAY, secret: Buffer.alloc(32, id) };
}

function subject(changes: { namespaceUid?: string; cluster?: string } = {}) {
  return {
    namespaceUid: 'n-1',
    cluster: 'db',
    names: ['db-0', 'db.shop.svc'],
    addresses: ['10.0.0.7'],
    ...changes,
  };
}

/** Whether a client with one pair and a server with the other accept each other. */
async function meet(client: MemberPair, server: MemberPair): Promise<boolean> {
  const given = (one: MemberPair) => ({ cert: one.certificate, key: one.key, ca: one.authorities });
  const listening = tls.createServer({ ...given(server), requestCert: true, rejectUnauthorized: true });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as { port: number };
  try {
    return await new Promise<boolean>((resolve) => {
      listening.once('secureConnection', () => resolve(true));
      listening.once('tlsClientError', () => resolve(false));
      const socket = tls.connect({ port, ...given(client), checkServerIdentity: () => undefined });
      socket.on('error', () => resolve(false));
      listening.once('secureConnection', () => socket.destroy());
    });
  } finally {
    listening.close();
  }
}

describe('the certificate of a member', () => {
  it('is recognised by another member of its cluster, also when another replica has issued that', async () => {
    const one = await issue(subject(), [root('a')], NOW, LIVES);
    const other = await issue(subject(), [root('a')], NOW + DAY, LIVES);
    expect(await meet(one, other)).toBe(true);
  });

  it.each([
    ['another cluster', subject({ cluster: 'shop' })],
    ['a namespace made again under the same name', subject({ namespaceUid: 'n-2' })],
  ])('opens nothing in %s', async (_, elsewhere) => {
    const one = await issue(subject(), [root('a')], NOW, LIVES);
    const stranger = await issue(elsewhere, [root('a')], NOW, LIVES);
    expect([await meet(one, stranger), await meet(stranger, one)]).toEqual([false, false]);
  });

  it('names the member for its clients, and may call and answer', async () => {
    const { certificate } = await issue(subject(), [root('a')], NOW, LIVES);
    const parsed = new X509Certificate(certificate);
    expect(parsed.checkHost('db.shop.svc')).toBe('db.shop.svc');
    expect(parsed.checkIP('10.0.0.7')).toBe('10.0.0.7');
    // Server and client authentication (RFC 5280, 4.2.1.12).
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  });

  it('is trusted before and after its authority is followed by the next one', async () => {
    const [old, next] = [root('a', 100), root('b', 1)];
    const before = await issue(subject(), [old, next], NOW, LIVES);
    const after = await issue(subject(), [old, next], NOW + 7 * DAY, LIVES);
    expect([await meet(before, after), await meet(after, before)]).toEqual([true, true]);
  });

  it('does not live longer than the authority that signs it', async () => {
    const short = { ...LIVES, authority: 30 * DAY };
    const { certificate } = await issue(subject(), [root('a', 10)], NOW, short);
    expect(Date.parse(new X509Certificate(certificate).validTo)).toBe(NOW + 20 * DAY);
  });
});

describe('a member that asks again', () => {
  const roots = [root('a'), root('b', 1)];

  it.each([
    ['at once', 0, roots, true],
    ['before half of its life is over', 29, roots, true],
    ['when half of its life is over', 30, roots, false],
    ['when the next authority signs', 7, roots, false],
    ['when another authority is to be trusted', 0, [...roots, root('c', 0)], false],
    ['when an authority is not to be trusted any more', 0, [root('a')], false],
  ] as const)('%s', async (_, days, found, expected) => {
    const longer = { ...LIVES, overlap: expected ? 100 * DAY : LIVES.overlap };
    const { tag } = await issue(subject(), roots, NOW, longer);
    expect(isCurrent(tag, found, NOW + days * DAY, longer)).toBe(expected);
  });

  it.each(['', 'a', 'a,b', ':', 'a,b:soon'])('with %j in place of what it was given', (tag) => {
    expect(isCurrent(tag, roots, NOW, LIVES)).toBe(false);
  });
});
