import { readFileSync } from 'node:fs';

/** The version of this build; esbuild writes package.json's into the bundle, and the sources read it there. */
declare const GALERA_INJECTOR_VERSION: string | undefined;

export const VERSION: string =
  typeof GALERA_INJECTOR_VERSION === 'string' ? GALERA_INJECTOR_VERSION : versionOfSources();

function versionOfSources(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
