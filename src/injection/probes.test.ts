import { describe, expect, test } from 'vitest';
import {
  containerOf,
  CONTEXT,
  injected,
  STATEFUL_SET,
  warned,
  withFields,
} from '../../test/injection/pods.ts';

describe('probes', () => {
  test('ask the probe script', () => {
    expect(containerOf({})).toMatchObject({
      startupProbe: { exec: { command: ['/galera/probe', 'started'] } },
      readinessProbe: { exec: { command: ['/galera/probe', 'ready'] } },
      livenessProbe: { exec: { command: ['/galera/probe', 'alive'] } },
    });
  });

  test('leave a state transfer an hour', () => {
    const probe = containerOf({})['startupProbe'] as { periodSeconds: number; failureThreshold: number };
    expect(probe.periodSeconds * probe.failureThreshold).toBe(3600);
  });

  test('do not take a busy machine for a dead server: slow answers alone restart nobody within a minute', () => {
    const probe = containerOf({})['livenessProbe'] as { timeoutSeconds: number; failureThreshold: number };
    expect(probe.timeoutSeconds * probe.failureThreshold).toBeGreaterThan(60);
  });

  test('give a server that has lost its component ten seconds to end, whatever the pod gives to a clean stop', () => {
    const spec = { terminationGracePeriodSeconds: 120 };
    expect(containerOf(spec)['livenessProbe']).toMatchObject({ terminationGracePeriodSeconds: 10 });
  });

  test.each(['startupProbe', 'readinessProbe', 'livenessProbe'])('leave a %s of the user alone', (name) => {
    const own = { tcpSocket: { port: 3306 } };
    expect(containerOf({ [name]: own })[name]).toEqual(own);
  });

  test.each([
    ['startupProbe', 'startup_probe_believed'],
    ['readinessProbe', 'readiness_probe_believed'],
    ['livenessProbe', 'liveness_probe_believed'],
  ] as const)('say so when a %s of the user is believed', (name, reason) => {
    const believed = (probe: unknown) =>
      warned(withFields({ [name]: probe })).filter((one) => one.endsWith('_probe_believed'));
    expect(believed({ tcpSocket: { port: 3306 } })).toEqual([reason]);
    expect(believed(null)).toEqual([]);
  });

  const asking = (...words: string[]) => ({
    exec: { command: ['/galera/probe', ...words] },
    periodSeconds: 20,
  });
  const PING = { exec: { command: ['mysqladmin', 'ping'] } };
  test.each<[what: string, own: Record<string, unknown>, believed: string[]]>([
    ['started', { startupProbe: asking('started') }, []],
    ['ready', { readinessProbe: asking('ready') }, []],
    ['alive', { livenessProbe: asking('alive') }, []],
    ['each its own', { startupProbe: asking('started'), livenessProbe: asking('alive') }, []],
    ['answers before a ping', { startupProbe: asking('answers'), livenessProbe: PING }, ['liveness']],
    [
      'started before a ping',
      { startupProbe: asking('started'), livenessProbe: PING },
      ['startup', 'liveness'],
    ],
    ['whether a donor is ready, to end it', { livenessProbe: asking('ready') }, ['liveness']],
    ['whether a joiner is alive, to serve', { readinessProbe: asking('alive') }, ['readiness']],
    ['nothing', { startupProbe: asking() }, ['startup']],
    ['more than one thing', { readinessProbe: asking('ready', 'alive') }, ['readiness']],
  ])('that run our script are as good as ours where they ask the same: %s', (_what, own, believed) => {
    const reasons = warned(withFields(own)).filter((one) => one.endsWith('_probe_believed'));
    expect(reasons).toEqual(believed.map((kind) => `${kind}_probe_believed`));
  });

  test.each([
    ['startupProbe', 'OrderedReady', 3, true],
    ['readinessProbe', 'OrderedReady', 3, true],
    ['livenessProbe', 'OrderedReady', 3, true],
    ['readinessProbe', 'OrderedReady', 1, false],
    ['readinessProbe', 'Parallel', 3, false],
  ] as const)(
    'of which a %s is the user’s say that it holds others back in an outage: %s of %i, %s',
    (name, podManagementPolicy, replicas, isSaid) => {
      const workload = { ...STATEFUL_SET, podManagementPolicy, replicas };
      const { warnings } = injected(withFields({ [name]: { tcpSocket: { port: 3306 } } }), {
        ...CONTEXT,
        workload,
      });
      const said = warnings.filter(({ reason }) => reason.endsWith('_probe_believed'));
      expect(said.map(({ message }) => message.includes('no pod after this one is created'))).toEqual([
        isSaid,
      ]);
    },
  );

  test.each(['startupProbe', 'readinessProbe', 'livenessProbe'])(
    'say all of it where a long name has a %s',
    (name) => {
      const workload = { ...STATEFUL_SET, podManagementPolicy: 'OrderedReady' } as const;
      const subject = withFields({ name: 'n'.repeat(63), [name]: { tcpSocket: { port: 3306 } } });
      const messages = injected(subject, { ...CONTEXT, workload }).warnings.map(({ message }) => message);
      expect(messages).toContainEqual(expect.stringMatching(/created: podManagementPolicy: Parallel$/));
    },
  );

  test('say once that several of the user hold others back', () => {
    const own = { tcpSocket: { port: 3306 } };
    const workload = { ...STATEFUL_SET, podManagementPolicy: 'OrderedReady' } as const;
    const { warnings } = injected(
      withFields({ startupProbe: own, readinessProbe: own, livenessProbe: own }),
      {
        ...CONTEXT,
        workload,
      },
    );
    const said = warnings.filter(({ message }) => message.includes('no pod after this one is created'));
    expect(said.map(({ reason }) => reason)).toEqual(['startup_probe_believed']);
    expect(said[0]?.message).toContain('while one of its own fails');
  });

  test.each([
    ['is ours', null, 'started'],
    ['is ours with other times', { exec: { command: ['/galera/probe', 'alive'] } }, 'started'],
    ['knows nothing of transfers', { tcpSocket: { port: 3306 } }, 'answers'],
  ])('let the liveness probe begin when it can bear it: one that %s', (_what, livenessProbe, asks) => {
    expect(containerOf({ livenessProbe })['startupProbe']).toMatchObject({
      exec: { command: ['/galera/probe', asks] },
    });
  });
});
