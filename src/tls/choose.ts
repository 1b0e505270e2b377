/** Which source the configuration asks for. */
import type { KubernetesClient } from '../kubernetes/client.ts';
import { createProvidedSource, fromDirectory, fromSecret } from './provided.ts';
import { createSelfManagedSource } from './self-managed.ts';
import type { CertificateSettings } from './settings.ts';
import type { CertificateSource } from './source.ts';

/** What every source is told. */
export interface SourceContext {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly secret: string;
  readonly webhook: string;
  /** Names of the Service; the first is the one that the API server calls. */
  readonly names: readonly [string, ...string[]];
  readonly onProblem: (what: string) => void;
  readonly onRepair: (what: string) => void;
}

/** The source that the settings name. */
export function createSource(settings: CertificateSettings, context: SourceContext): CertificateSource {
  const { checkMs: pollMs, leafLifeMs: leaf, authorityLifeMs: authority } = settings;
  const provided = { ...context, name: context.names[0], pollMs, writeCaBundle: settings.writeCaBundle };
  switch (settings.source) {
    case 'self-managed':
      return createSelfManagedSource({ ...context, pollMs, lives: { leaf, authority } });
    case 'secret':
      return createProvidedSource({
        ...provided,
        place: `Secret ${context.secret}`,
        read: fromSecret(context),
      });
    case 'files':
      return createProvidedSource({
        ...provided,
        place: `directory ${settings.directory}`,
        read: fromDirectory(settings.directory),
      });
  }
}
