/** The service's configuration: environment in, checked values out, every problem named at once. */
import { type ImageRule, readImageRules } from './injection/index.ts';
import { PULL_POLICIES, readInjectedSettings } from './injected-settings.ts';
import type { InjectedSettings } from './injection/index.ts';
import { LOG_LEVELS, type LogLevel } from './telemetry/logger.ts';
import { type CertificateSettings, readCertificateSettings } from './tls/settings.ts';

/** What `serve` is told. */
export interface ServeConfig {
  readonly namespace: string;
  /** Name of the Service in front of this process. */
  readonly service: string;
  readonly servicePort: number;
  /** Name of the MutatingWebhookConfiguration. */
  readonly webhook: string;
  /** Name of the Secret with authority and leaf. */
  readonly secret: string;
  /** Name of the Secret with the roots of the members' authorities. */
  readonly memberSecret: string;
  readonly certificates: CertificateSettings;
  /** The image of the injected container; null: that of this process's own pod. */
  readonly image: string | null;
  /** Name of this process's own pod; empty where an image is given and none is asked for. */
  readonly pod: string;
  readonly injected: InjectedSettings;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Flavors of images by their names. */
  readonly images: readonly ImageRule[];
  readonly port: number;
  readonly adminPort: number;
  readonly logLevel: LogLevel;
}

/** All that is wrong with the environment, one line each. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  constructor(problems: readonly string[]) {
    super(`the configuration is not complete:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** @throws ConfigError naming every variable that is missing or wrong, its value and what is allowed */
export function readServeConfig(env: Readonly<Record<string, string | undefined>>): ServeConfig {
  const problems: string[] = [];
  const text = (name: string, fallback?: string): string => {
    const value = env[name] || fallback;
    if (value === undefined) problems.push(`${name} is missing`);
    return value ?? '';
  };
  const port = (name: string, fallback: number): number => {
    const given = env[name] || String(fallback);
    // Digits only: Number() also reads 0x50, 1e3 and spaces.
    if (/^\d{1,5}$/.test(given) && Number(given) < 65_536) return Number(given);
    problems.push(`${name} is ${JSON.stringify(env[name])}; allowed is a port from 0 to 65535`);
    return fallback;
  };
  const oneOf = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const value = env[name] || fallback;
    const found = allowed.find((one) => one === value);
    if (found === undefined)
      problems.push(`${name} is ${JSON.stringify(value)}; allowed is ${allowed.join(', ')}`);
    return found ?? fallback;
  };
  const image = env['GALERA_INJECTOR_IMAGE'] || null;
  const config: ServeConfig = {
    namespace: text('POD_NAMESPACE'),
    service: text('GALERA_INJECTOR_SERVICE'),
    servicePort: port('GALERA_INJECTOR_SERVICE_PORT', 443),
    webhook: text('GALERA_INJECTOR_WEBHOOK'),
    secret: text('GALERA_INJECTOR_SECRET', 'galera-injector-tls'),
    memberSecret: text('GALERA_INJECTOR_MEMBER_SECRET', 'galera-injector-members'),
    certificates: readCertificateSettings(env, problems),
    image,
    pod: image === null ? text('POD_NAME') : '',
    injected: readInjectedSettings(
      'GALERA_INJECTOR_INJECTED',
      env['GALERA_INJECTOR_INJECTED'] || '{}',
      problems,
    ),
    imagePullPolicy: oneOf('GALERA_INJECTOR_IMAGE_PULL_POLICY', PULL_POLICIES, 'IfNotPresent'),
    images: readImageRules('GALERA_INJECTOR_IMAGES', env['GALERA_INJECTOR_IMAGES'] || '[]', problems),
    port: port('GALERA_INJECTOR_PORT', 10_250),
    adminPort: port('GALERA_INJECTOR_ADMIN_PORT', 8_081),
    logLevel: oneOf('GALERA_INJECTOR_LOG_LEVEL', LOG_LEVELS, 'info'),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}
