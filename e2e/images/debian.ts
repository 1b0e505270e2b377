import { run } from '../cluster/run.ts';

/** One place that apt reads the distribution's own packages from. */
export interface PackageSource {
  readonly uri: string;
  /** For example `bookworm` or `bookworm-security`. */
  readonly release: string;
  readonly components: readonly string[];
}

const fields = ['$(ORIGIN)', '$(RELEASE)', '$(COMPONENT)', '$(REPO_URI)'];

/**
 * Where this machine's apt gets the packages of Debian or Ubuntu from: the mirror its owner chose. Packages of other
 * origins are left out.
 * @throws when apt knows no such source for the release
 */
export async function packageSources(codename: string): Promise<PackageSource[]> {
  await run('apt-get', ['update']);
  const text = await run('apt-get', ['indextargets', '--format', fields.join('|'), 'Created-By: Packages']);
  const sources = parseIndexTargets(text, codename);
  if (!sources.some((source) => source.release === codename)) {
    throw new Error(
      `apt on this machine has no Debian or Ubuntu source for ${codename}: see /etc/apt/sources.list`,
    );
  }
  return sources;
}

/** Reads lines of `origin|release|component|uri`, as apt-get indextargets prints them. */
export function parseIndexTargets(text: string, codename: string): PackageSource[] {
  const found = new Map<string, { uri: string; release: string; components: Set<string> }>();
  for (const line of text.split('\n')) {
    const [origin = '', release = '', component = '', uri = ''] = line.split('|');
    const wanted = [codename, `${codename}-updates`, `${codename}-security`].includes(release);
    if (!['Debian', 'Ubuntu'].includes(origin) || !wanted) continue;
    // Only these two hold what the image needs: Ubuntu keeps MariaDB in universe.
    if (!['main', 'universe'].includes(component)) continue;
    const key = `${release} ${uri}`;
    const source = found.get(key) ?? { uri, release, components: new Set<string>() };
    source.components.add(component);
    found.set(key, source);
  }
  return [...found.values()].map((source) => ({ ...source, components: [...source.components] }));
}
