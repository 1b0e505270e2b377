import { describe, expect, it } from 'vitest';
import { INJECTED_DEFAULTS } from './injection/index.ts';
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
      pod: '',
      injected: INJECTED_DEFAULTS,
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
      'POD_NAME is missing',
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

  it('asks for the name of its own pod where no image is given', () => {
    const { GALERA_INJECTOR_IMAGE: _, ...rest } = env;
    expect(() => readServeConfig(rest)).toThrow('POD_NAME is missing');
    expect(readServeConfig({ ...rest, POD_NAME: 'injector-x' })).toMatchObject({
      image: null,
      pod: 'injector-x',
    });
  });

  it('reads the settings of the injected container, and has defaults for what is left out', () => {
    const given = { resources: { limits: { memory: '96Mi' } }, imagePullSecrets: ['registry'] };
    const { injected } = readServeConfig({ ...env, GALERA_INJECTOR_INJECTED: JSON.stringify(given) });
    expect(injected).toEqual({ ...given, securityContext: INJECTED_DEFAULTS.securityContext });
  });

  it.each([
    ['{', 'GALERA_INJECTOR_INJECTED is "{"; allowed is a JSON object'],
    ['[]', 'GALERA_INJECTOR_INJECTED is []; allowed is an object'],
    ['{"resource":{}}', 'GALERA_INJECTOR_INJECTED.resource is not known; allowed are resources, '],
    [
      '{"resources":{"limit":{}}}',
      'GALERA_INJECTOR_INJECTED.resources.limit is not known; allowed are requests, limits',
    ],
    [
      '{"resources":{"limits":{"cpu":true}}}',
      'GALERA_INJECTOR_INJECTED.resources.limits.cpu is true; allowed is a quantity',
    ],
    ['{"securityContext":1}', 'GALERA_INJECTOR_INJECTED.securityContext is 1; allowed is an object'],
    [
      '{"imagePullSecrets":[{"name":"x"}]}',
      'GALERA_INJECTOR_INJECTED.imagePullSecrets is [{"name":"x"}]; allowed is a list of names',
    ],
  ])('does not take %s for settings of the injected container', (text, problem) => {
    expect(() => readServeConfig({ ...env, GALERA_INJECTOR_INJECTED: text })).toThrow(problem);
  });

  it.each(['-1', '1.5', '0x50', '1e3', ' 443', 'https'])('does not take %j for a port', (port) => {
    expect(() => readServeConfig({ ...env, GALERA_INJECTOR_SERVICE_PORT: port })).toThrow(
      'GALERA_INJECTOR_SERVICE_PORT',
    );
  });
});
