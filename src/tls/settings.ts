/** The part of the environment that is about certificates. */

import type { MemberLives } from '../authority/roots.ts';

/** Where certificates come from, and how often they change. Times in milliseconds. */
export interface CertificateSettings {
  readonly source: 'self-managed' | 'secret' | 'files';
  /** For `files`: the directory with tls.crt, tls.key and ca.crt. */
  readonly directory: string;
  /** For `secret` and `files`: whether the injector writes the caBundle, or somebody else does. */
  readonly writeCaBundle: boolean;
  /** Between two looks at Secret, files and caBundle. */
  readonly checkMs: number;
  /** For `self-managed`. */
  readonly leafLifeMs: number;
  /** For `self-managed`. */
  readonly authorityLifeMs: number;
  /** For the certificates of the members. */
  readonly members: MemberLives;
}

const SOURCES = ['self-managed', 'secret', 'files'] as const;
const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 24 * 3_600_000 } as const;

/** Reads `GALERA_INJECTOR_CERTIFICATE…`, `…_LEAF_LIFE`, `…_AUTHORITY_LIFE`; what is wrong is added to `problems`. */
export function readCertificateSettings(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): CertificateSettings {
  const oneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const value = env[name] || fallback;
    const found = allowed.find((one) => one === value);
    if (found === undefined)
      problems.push(`${name} is ${JSON.stringify(value)}; allowed is ${allowed.join(', ')}`);
    return found ?? fallback;
  };
  const duration = (name: string, fallback: string): number => {
    const value = env[name] || fallback;
    const parsed = parseDuration(value);
    if (parsed === null)
      problems.push(`${name} is ${JSON.stringify(value)}; allowed is a number with ms, s, m, h or d, as 90d`);
    return parsed ?? 0;
  };
  const settings: CertificateSettings = {
    source: oneOf('GALERA_INJECTOR_CERTIFICATES', SOURCES, 'self-managed'),
    directory: env['GALERA_INJECTOR_CERTIFICATE_DIRECTORY'] || '/certificates',
    writeCaBundle: oneOf('GALERA_INJECTOR_CABUNDLE', ['written', 'watched'], 'written') === 'written',
    checkMs: duration('GALERA_INJECTOR_CERTIFICATE_CHECK_INTERVAL', '5s'),
    leafLifeMs: duration('GALERA_INJECTOR_LEAF_LIFE', '90d'),
    authorityLifeMs: duration('GALERA_INJECTOR_AUTHORITY_LIFE', '3650d'),
    members: {
      leaf: duration('GALERA_INJECTOR_MEMBER_LEAF_LIFE', '365d'),
      authority: duration('GALERA_INJECTOR_MEMBER_AUTHORITY_LIFE', '3650d'),
      overlap: duration('GALERA_INJECTOR_MEMBER_OVERLAP', '7d'),
    },
  };
  problems.push(...tooShort(settings), ...tooShortForMembers(settings.members));
  return settings;
}

/** Milliseconds of a duration such as `90d` or `500ms`, or null. At most 100 years, at least a millisecond. */
export function parseDuration(text: string): number | null {
  const match = /^([1-9]\d{0,8})(ms|s|m|h|d)$/.exec(text);
  if (match === null) return null;
  const length = Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  return length <= 36_500 * UNITS.d ? length : null;
}

/** A leaf is renewed in the last third of its life, and an authority rolled in the last third of its own. */
function tooShort({ checkMs, leafLifeMs, authorityLifeMs }: CertificateSettings): string[] {
  if (checkMs === 0 || leafLifeMs === 0 || authorityLifeMs === 0) return [];
  const problems: string[] = [];
  const check = `GALERA_INJECTOR_CERTIFICATE_CHECK_INTERVAL (${checkMs} ms)`;
  if (checkMs > 60_000) problems.push(`${check} is longer than a minute; allowed is at most 1m`);
  if (leafLifeMs < 12 * checkMs)
    problems.push(`GALERA_INJECTOR_LEAF_LIFE is ${leafLifeMs} ms; allowed is at least 12 times ${check}`);
  if (authorityLifeMs < 60 * checkMs)
    problems.push(
      `GALERA_INJECTOR_AUTHORITY_LIFE is ${authorityLifeMs} ms; allowed is at least 60 times ${check}`,
    );
  if (authorityLifeMs < leafLifeMs)
    problems.push('GALERA_INJECTOR_AUTHORITY_LIFE is shorter than GALERA_INJECTOR_LEAF_LIFE');
  return problems;
}

/** A member asks twelve times in the overlap, and needs the new authority before a certificate or the old one ends. */
function tooShortForMembers({ leaf, authority, overlap }: MemberLives): string[] {
  if (leaf === 0 || authority === 0 || overlap === 0) return [];
  const problems: string[] = [];
  if (overlap < 12_000)
    problems.push(`GALERA_INJECTOR_MEMBER_OVERLAP is ${overlap} ms; allowed is at least 12s`);
  if (leaf < overlap)
    problems.push('GALERA_INJECTOR_MEMBER_LEAF_LIFE is shorter than GALERA_INJECTOR_MEMBER_OVERLAP');
  if (authority / 2 < leaf + overlap)
    problems.push(
      'GALERA_INJECTOR_MEMBER_AUTHORITY_LIFE is shorter than twice GALERA_INJECTOR_MEMBER_LEAF_LIFE and GALERA_INJECTOR_MEMBER_OVERLAP together',
    );
  return problems;
}
