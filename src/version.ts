/** The version of this build; esbuild writes package.json's into the bundle. */
declare const GALERA_INJECTOR_VERSION: string | undefined;

export const VERSION: string =
  typeof GALERA_INJECTOR_VERSION === 'string' ? GALERA_INJECTOR_VERSION : '0.0.0-source';
