import { beforeAll, describe, expect, it } from 'vitest';
import {
  crossSign,
  type KeyPair,
  type LeafSubject,
  makeAuthority,
  selfSigned,
  signed,
} from '../../src/tls/generate.ts';
import { checkMemberFiles, type MemberFiles } from '../../src/tls/members.ts';

const DAY = 24 * 3_600_000;
const NOW = Date.now();
const TERM = { now: NOW, until: NOW + 30 * DAY };
const MEMBER: LeafSubject = { names: ['db-members', 'db-mysql'], addresses: [], isClient: true };

let root: KeyPair;
let other: KeyPair;
let leaf: KeyPair;
beforeAll(async () => {
  [root, other] = [await makeAuthority(NOW, 60 * DAY), await makeAuthority(NOW, 60 * DAY)];
  leaf = await signed(MEMBER, root, TERM);
});

function files(tweak: Partial<MemberFiles> = {}): MemberFiles {
  return { 'ca.crt': root.certificate, 'tls.crt': leaf.certificate, 'tls.key': leaf.key, ...tweak };
}

/** An authority below another one: its certificate is signed by that one. */
async function intermediate(above: KeyPair): Promise<KeyPair> {
  const own = await makeAuthority(NOW, 60 * DAY);
  return { certificate: await crossSign(own, above, NOW), key: own.key };
}

describe('certificates that a user brings for members', () => {
  it('are good when they are valid, belong together and let a member call and answer', () => {
    expect(checkMemberFiles(files(), NOW)).toBe('db-members');
  });

  it('are good when the way to the root leads over others, in either file', async () => {
    const between = await intermediate(root);
    const below = await signed(MEMBER, between, TERM);
    const [chain, tail] = [below.certificate + between.certificate, { 'tls.key': below.key }];
    expect(checkMemberFiles(files({ 'tls.crt': chain, ...tail }), NOW)).toBe('db-members');
    const both = root.certificate + between.certificate;
    expect(checkMemberFiles(files({ 'ca.crt': both, 'tls.crt': below.certificate, ...tail }), NOW)).toBe(
      'db-members',
    );
  });

  it('are good without any list of usages', async () => {
    const own = await selfSigned('db-members', root.key, { from: NOW - DAY, until: NOW + DAY });
    const certificate = await crossSign(own, other, NOW);
    const found = { 'tls.crt': certificate, 'tls.key': own.key, 'ca.crt': other.certificate };
    expect(checkMemberFiles(found, NOW)).toBe('db-members');
  });

  it.each([
    ['ca.crt', 'it has no ca.crt; put it there'],
    ['tls.crt', 'it has no tls.crt; put it there'],
    ['tls.key', 'it has no tls.key; put it there'],
  ] as const)('are refused without %s', (name, message) => {
    for (const nothing of ['', '\n'])
      expect(() => checkMemberFiles(files({ [name]: nothing }), NOW)).toThrow(message);
  });

  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  it.each([
    ['ca.crt', 'DER', 'ca.crt holds no certificate in PEM'],
    ['tls.crt', 'DER', 'tls.crt holds no certificate in PEM'],
    ['ca.crt', broken, /^ca\.crt holds a certificate that cannot be read \(.+\); make it again$/],
    ['tls.crt', broken, /^tls\.crt holds a certificate that cannot be read \(.+\); make it again$/],
    [
      'tls.key',
      'DER',
      /^tls\.key holds no private key that can be read \(.+\); .*PEM and without a pass phrase$/,
    ],
  ] as const)('are refused where %s is %j', (name, text, message) => {
    expect(() => checkMemberFiles(files({ [name]: text }), NOW)).toThrow(message);
  });

  it.each([
    ['have expired', 31 * DAY, /^the certificate in tls\.crt expired on .+; renew it$/],
    ['are not valid yet', -DAY, /^the certificate in tls\.crt is not valid before .+; .*clock of the node$/],
  ])('are refused when they %s', (_, later, message) => {
    expect(() => checkMemberFiles(files(), NOW + later)).toThrow(message);
  });

  it('are refused when the authority has expired', async () => {
    const own = await selfSigned('old', root.key, { from: NOW - 2 * DAY, until: NOW - DAY });
    // A leaf that outlives its authority, which the helpers do not make.
    const longer = await selfSigned('old', root.key, { from: NOW - 2 * DAY, until: NOW + DAY });
    const below = await signed(MEMBER, longer, TERM);
    const found = { 'tls.crt': below.certificate, 'tls.key': below.key, 'ca.crt': own.certificate };
    expect(() => checkMemberFiles(found, NOW)).toThrow(/^the authority "CN=old" expired on .+; renew it$/);
  });

  it('are refused with the key of another certificate', async () => {
    const { key } = await signed(MEMBER, root, TERM);
    expect(() => checkMemberFiles(files({ 'tls.key': key }), NOW)).toThrow(
      'tls.key does not belong to tls.crt; put the key there that the certificate was made for',
    );
  });

  it('are refused from another authority, also one of the same name', async () => {
    const [one, two] = await Promise.all(
      [root, other].map(({ key }) => selfSigned('same', key, { from: NOW - DAY, until: NOW + DAY })),
    );
    if (one === undefined || two === undefined) throw new Error('no authority');
    const below = await signed(MEMBER, one, TERM);
    const pair = { 'tls.crt': below.certificate, 'tls.key': below.key };
    for (const wrong of [other, two])
      expect(() => checkMemberFiles({ ...pair, 'ca.crt': wrong.certificate }, NOW)).toThrow(
        'tls.crt is signed by "CN=same", which does not lead to a root authority in ca.crt; put that root there',
      );
  });

  it('are refused where ca.crt ends below the root', async () => {
    const between = await intermediate(root);
    const below = await signed(MEMBER, between, TERM);
    const found = { 'tls.crt': below.certificate, 'tls.key': below.key, 'ca.crt': between.certificate };
    expect(() => checkMemberFiles(found, NOW)).toThrow('does not lead to a root authority in ca.crt');
  });

  it('are refused where they let a member only answer', async () => {
    const below = await signed({ ...MEMBER, isClient: false }, root, TERM);
    expect(() =>
      checkMemberFiles(files({ 'tls.crt': below.certificate, 'tls.key': below.key }), NOW),
    ).toThrow(/^tls\.crt is not for client auth, .*; make it for the usages server auth and client auth$/);
  });
});

describe('the name by which members call each other', () => {
  const named = async (...names: string[]) => {
    const { certificate, key } = await signed({ ...MEMBER, names }, root, TERM);
    return checkMemberFiles(files({ 'tls.crt': certificate, 'tls.key': key }), NOW);
  };

  it.each([
    ['the common name', ['db-members', 'db-mysql'], 'db-members'],
    ['the first DNS name where that is of other characters', ['Acme Inc.', 'db_1.x'], 'db_1.x'],
    ['no wildcard', ['*.db', 'db-mysql'], 'db-mysql'],
  ])('is %s', async (_, names, expected) => {
    expect(await named(...names)).toBe(expected);
  });

  it.each(['$(id)', 'a;b', 'a b', "a'b", '*.db'])('is not %j', async (name) => {
    await expect(named(name)).rejects.toThrow(
      /^tls\.crt has no name of letters, digits, dots and dashes; give it a common name or a DNS name, /,
    );
  });
});
