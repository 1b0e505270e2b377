import { run } from '../cluster/run.ts';

/** Where packages of Debian come from; each release is below both. */
export interface Mirrors {
  readonly packages: string;
  /** The updates of the security team. */
  readonly security: string;
}

const DEFAULTS: Mirrors = {
  packages: 'http://deb.debian.org/debian/',
  security: 'http://deb.debian.org/debian-security/',
};

const fields = ['$(ORIGIN)', '$(RELEASE)', '$(REPO_URI)'];

/** The mirrors that the owner of this machine chose for apt; those of Debian where it has none, as on Ubuntu. */
export async function debianMirrors(): Promise<Mirrors> {
  const format = fields.join('|');
  return parseIndexTargets(
    await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']),
  );
}

/** Reads lines of `origin|release|uri`, as apt-get indextargets prints them. */
export function parseIndexTargets(text: string): Mirrors {
  const sources = text
    .split('\n')
    .map((line) => line.split('|'))
    .filter(([origin]) => origin === 'Debian');
  const uriOf = (kind: RegExp) => sources.find(([, release = '']) => kind.test(release))?.[2];
  return {
    packages: uriOf(/^[a-z]+$/) ?? DEFAULTS.packages,
    security: uriOf(/^[a-z]+-security$/) ?? DEFAULTS.security,
  };
}

/** The lines of apt's sources.list for a release, such as `trixie`. */
export function sourcesList(release: string, { packages, security }: Mirrors): string {
  return [
    `deb ${packages} ${release} main`,
    `deb ${packages} ${release}-updates main`,
    `deb ${security} ${release}-security main`,
    '',
  ].join('\n');
}
