import { describe, expect, it } from 'vitest';
import { ConfigError, readServeConfig } from './config.ts';

const env = {
  POD_NAMESPACE: 'galera-system',
  GALERA_INJECTOR_SERVICE: 'galera-injector',
  GALERA_INJECTOR_WEBHOOK: 'galera-injector',
  GALERA_INJECTOR_IMAGE: 'galera-injector:0.1.0',
};

describe('readServeConfig', () => {
  it('needs four variables and knows the rest', () => {
    expect(readServeConfig(env)).toEqual({
      namespace: 'galera-system',
      service: 'galera-injector',
      servicePort: 443,
      webhook: 'galera-injector',
      secret: 'galera-injector-tls',
      memberSecret: 'galera-injector-members',
      certificates: {
        source: 'self-managed',
        directory: '/certificates',
        writeCaBundle: true,
        checkMs: 5_000,
        leafLifeMs: 90 * 24 * 3_600_000,
        authorityLifeMs: 3_650 * 24 * 3_600_000,
        members: {
          leaf: 365 * 24 * 3_600_000,
          authority: 3_650 * 24 * 3_600_000,
          overlap: 7 * 24 * 3_600_000,
        },
      },
      image: 'galera-injector:0.1.0',
      imagePullPolicy: 'IfNotPresent',
      images: [],
      port: 10_250,
      adminPort: 8_081,
      logLevel: 'info',
    });
  });

  it('names every problem at once, with the value and what is allowed', () => {
    const wrong = {
      GALERA_INJECTOR_PORT: '70000',
      GALERA_INJECTOR_IMAGE_PULL_POLICY: 'Sometimes',
      GALERA_INJECTOR_LOG_LEVEL: 'loud',
    };
    expect(() => readServeConfig(wrong)).toThrow(ConfigError);
    for (const problem of [
      'POD_NAMESPACE is missing',
      'GALERA_INJECTOR_SERVICE is missing',
      'GALERA_INJECTOR_WEBHOOK is missing',
      'GALERA_INJECTOR_IMAGE is missing',
      'GALERA_INJECTOR_IMAGE_PULL_POLICY is "Sometimes"; allowed is Always, IfNotPresent, Never',
      'GALERA_INJECTOR_PORT is "70000"; allowed is a port from 0 to 65535',
      'GALERA_INJECTOR_LOG_LEVEL is "loud"; allowed is debug, info, warn, error',
    ]) {
      expect(() => readServeConfig(wrong)).toThrow(`\n  ${problem}`);
    }
  });

  it('takes an empty variable for a missing one, as a chart writes it', () => {
    expect(() => readServeConfig({ ...env, POD_NAMESPACE: '' })).toThrow('POD_NAMESPACE is missing');
    expect(readServeConfig({ ...env, GALERA_INJECTOR_PORT: '' }).port).toBe(10_250);
  });

  it.each(['-1', '1.5', '0x50', '1e3', ' 443', 'https'])('does not take %j for a port', (port) => {
    expect(() => readServeConfig({ ...env, GALERA_INJECTOR_SERVICE_PORT: port })).toThrow(
      'GALERA_INJECTOR_SERVICE_PORT',
    );
  });
});
