import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { alerts, panels } from '../promql/queries.ts';
import { chart, only, render, type Rendered } from './render.ts';

const KINDS = ['PodMonitor', 'PrometheusRule', 'ConfigMap'];

let objects: Rendered[];
beforeAll(async () => {
  await helmPath();
  objects = await render('--values', join(chart, 'ci', 'monitoring-values.yaml'));
}, 120_000);

describe('monitoring', () => {
  it('is left out unless it is asked for: its custom resources may be absent', async () => {
    const kinds = (await render()).map(({ kind }) => kind);
    expect(kinds.filter((kind) => KINDS.includes(kind))).toEqual([]);
  });

  it.each(['podMonitor', 'prometheusRule', 'dashboard'])('comes one by one: %s alone', async (value) => {
    const kinds = (await render('--set', `${value}.enabled=true`)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => KINDS.includes(kind))).toHaveLength(1);
  });

  it('scrapes the admin port of the pods of this release', () => {
    const deployment = only(objects, 'Deployment') as Rendered & {
      spec: {
        selector: object;
        template: { spec: { containers: { ports: { name: string }[] }[] } };
      };
    };
    const ports = deployment.spec.template.spec.containers[0]?.ports.map(({ name }) => name);
    expect(ports).toContain('admin');
    expect(only(objects, 'PodMonitor')).toMatchObject({
      metadata: { labels: { release: 'monitoring' } },
      spec: {
        selector: deployment.spec.selector,
        podMetricsEndpoints: [{ port: 'admin', path: '/metrics', interval: '15s', honorLabels: true }],
      },
    });
  });

  it('brings the alerts as they stand in their file, templates of Prometheus included', () => {
    expect(only(objects, 'PrometheusRule')).toMatchObject({
      metadata: { labels: { release: 'monitoring' } },
      spec: { groups: [{ name: 'galera-injector', rules: alerts() }] },
    });
  });

  it('brings the dashboard under the label that Grafana’s sidecar looks for', () => {
    const map = only(objects, 'ConfigMap') as Rendered & { data: Record<string, string> };
    expect(map).toMatchObject({
      metadata: { labels: { grafana_dashboard: '1' }, annotations: { grafana_folder: 'Databases' } },
    });
    expect(JSON.parse(map.data['galera-injector.json'] ?? '')).toMatchObject({ panels: panels() });
  });
});

describe('an alert', () => {
  it.each(alerts().map((one) => [one.alert, one] as const))(
    '%s says what is wrong and how bad it is',
    (_, one) => {
      expect(['warning', 'critical']).toContain(one.labels['severity']);
      expect(one.annotations).toEqual({
        summary: expect.stringMatching(/\.$/) as string,
        description: expect.stringMatching(/\.$/) as string,
      });
    },
  );
});

describe('the dashboard', () => {
  it('shows each panel once, inside its 24 columns and over no other', () => {
    const places = (
      panels() as unknown as { id: number; gridPos: Record<'x' | 'y' | 'w' | 'h', number> }[]
    ).map(({ id, gridPos }) => ({ id, ...gridPos }));
    expect(new Set(places.map(({ id }) => id)).size).toBe(places.length);
    for (const one of places) {
      expect(one.x + one.w).toBeLessThanOrEqual(24);
      const over = places.filter(
        ({ id, x, y, w, h }) =>
          id !== one.id && x < one.x + one.w && one.x < x + w && y < one.y + one.h && one.y < y + h,
      );
      expect(over).toEqual([]);
    }
  });
});
