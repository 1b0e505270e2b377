/** Values that are handed on as they are. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { chart, only, render, renderAll, type Rendered, renderTest } from './render.ts';

const words = ['--values', join(chart, 'ci', 'pass-through-values.yaml')];

let objects: Rendered[];
beforeAll(async () => {
  await helmPath();
  objects = await render(...words);
}, 120_000);

describe('what a platform adds', () => {
  it.each<[string, object]>([
    [
      'Deployment',
      {
        metadata: { annotations: { 'reloader.stakater.com/auto': 'true' } },
        spec: {
          revisionHistoryLimit: 2,
          strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
          template: {
            metadata: { labels: { team: 'databases' } },
            spec: {
              serviceAccountName: 'injector',
              runtimeClassName: 'gvisor',
              schedulerName: 'bin-packer',
              volumes: [{ name: 'cache', emptyDir: {} }],
              containers: [{ volumeMounts: [{ name: 'cache', mountPath: '/cache' }] }],
            },
          },
        },
      },
    ],
    [
      'Service',
      {
        metadata: { annotations: { 'example.com/mesh': 'off' }, labels: { tier: 'control' } },
        spec: { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6', 'IPv4'] },
      },
    ],
    ['PodDisruptionBudget', { spec: { minAvailable: '50%' } }],
    ['ClusterRoleBinding', { subjects: [{ name: 'injector' }] }],
    [
      'PodMonitor',
      {
        metadata: { annotations: { 'example.com/shard': '1' } },
        spec: {
          podMetricsEndpoints: [
            {
              scrapeTimeout: '10s',
              relabelings: [{ action: 'labeldrop' }],
              metricRelabelings: [{ action: 'drop' }],
            },
          ],
        },
      },
    ],
  ])('is in the %s', (kind, expected) => {
    expect(only(objects, kind)).toMatchObject(expected);
  });

  it('is a label of every object, and of none by which others are found', async () => {
    for (const object of await renderAll(...words))
      expect(object).toMatchObject({ metadata: { labels: { team: 'databases', 'cost-center': '42' } } });
    expect(JSON.stringify(only(objects, 'Service'))).not.toMatch(/"selector":\{[^}]*team/);
  });

  it('places the pod of helm test too, which keeps an account of its own', async () => {
    const pod = only(await renderTest(...words), 'Pod');
    expect(pod).toMatchObject({ spec: { runtimeClassName: 'gvisor', schedulerName: 'bin-packer' } });
    expect(pod).toMatchObject({ spec: { serviceAccountName: 'galera-injector-self-test' } });
  });

  it('has the policy about ConfigMaps look at the account that is named', () => {
    const policies = objects.filter(({ metadata }) => metadata.name === 'galera-injector-ca');
    expect(JSON.stringify(only(policies, 'ValidatingAdmissionPolicy'))).toContain(':injector$');
    expect(objects.filter(({ kind }) => kind === 'ServiceAccount')).toEqual([]);
  });

  it('must name an account where the chart makes none', async () => {
    await expect(render('--set', 'serviceAccount.create=false')).rejects.toThrow(
      'serviceAccount.create is false: name the service account that is there in serviceAccount.name',
    );
  });
});
