/** The Certificate of certs/members/: what an issuer makes of it is what members need. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { makeAuthority, signed } from '../../src/tls/generate.ts';
import { checkMemberFiles } from '../../src/tls/members.ts';
import { after, type Pod, pod } from '../injection/pods.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const HOUR = 3_600_000;

interface Certificate {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly secretName: string;
    readonly isCA?: boolean;
    readonly commonName: string;
    readonly dnsNames?: readonly string[];
    readonly usages?: readonly string[];
    readonly duration: string;
    readonly renewBefore?: string;
    readonly issuerRef: { readonly name: string };
  };
}

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const objects = parseAllDocuments(text('certs/members/certificate.yaml')).map(
  (document) => document.toJS() as Certificate,
);
const named = (name: string, kind = 'Certificate'): Certificate['spec'] => {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found.spec;
};
const hours = (duration = ''): number => Number(/^(\d+)h$/.exec(duration)?.[1]) * HOUR;

/** Makes what the Certificate asks for, with only those usages, and looks at it as galera-init does. */
async function checked({ usages }: { readonly usages?: readonly string[] }): Promise<string> {
  const now = Date.now();
  const [authority, leaf] = [named('db-members-ca'), named('db-members')];
  const root = await makeAuthority(now, hours(authority.duration));
  const subject = {
    names: [leaf.commonName, ...(leaf.dnsNames ?? [])],
    addresses: [],
    isClient: usages?.includes('client auth') === true,
  };
  const pair = await signed(subject, root, { now, until: now + hours(leaf.duration) });
  return checkMemberFiles({ 'ca.crt': root.certificate, 'tls.crt': pair.certificate, 'tls.key': pair.key });
}

describe('the certificate that the manifest asks for', () => {
  it('lets members in, under a name that all of them have', async () => {
    expect(await checked(named('db-members'))).toBe('db-members');
    expect(named('db-members').usages).toContain('server auth');
    expect(named('db-members').dnsNames).toEqual(
      expect.arrayContaining(['db-members', 'db-mysql', 'db', 'db-0.db', '*.db.default.svc']),
    );
  });

  it('would not without one of its usages', async () => {
    await expect(checked({ usages: ['server auth'] })).rejects.toThrow('is not for client auth');
  });

  it('is renewed weeks before it ends, by an authority that outlives it', () => {
    const [authority, leaf] = [named('db-members-ca'), named('db-members')];
    expect(hours(leaf.renewBefore)).toBeGreaterThanOrEqual(21 * 24 * HOUR);
    expect(hours(leaf.duration)).toBeGreaterThan(2 * hours(leaf.renewBefore));
    expect(hours(authority.duration)).toBeGreaterThan(10 * hours(leaf.duration));
    expect(authority.isCA).toBe(true);
    expect(named(leaf.issuerRef.name, 'Issuer')).toEqual({ ca: { secretName: authority.secretName } });
  });

  it('is the one that the example mounts', () => {
    const example = parse(text('examples/statefulset-own-certificates.yaml')) as {
      readonly spec: { readonly template: Pick<Pod, 'metadata' | 'spec'> };
    };
    const { volumes } = after(pod((minimal) => Object.assign(minimal, example.spec.template))).spec;
    const mounted = volumes.find(({ secret }) => secret !== undefined);
    expect(mounted).toMatchObject({ secret: { secretName: named('db-members').secretName } });
  });
});
