import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { explainedValues } from '../../scripts/chart-readme.ts';
import { helmPath } from '../../scripts/helm.ts';
import { renderDeploy, renderReadme, renderSchema } from '../../scripts/render-deploy.ts';
import { chart, helm, render } from './render.ts';

const root = join(chart, '..', '..');
const variants = readdirSync(join(chart, 'ci')).map((file) => join(chart, 'ci', file));

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

function isComment(line: string | undefined): boolean {
  return line?.trimStart().startsWith('#') ?? false;
}

function fieldPaths(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [prefix];
  const fields = Object.entries(value);
  if (fields.length === 0) return [prefix];
  return fields.flatMap(([name, field]) => fieldPaths(field, prefix === '' ? name : `${prefix}.${name}`));
}

// The first run on a machine without helm fetches it.
beforeAll(helmPath, 120_000);

describe('the chart', () => {
  it('has no lint finding', async () => {
    expect(await helm('lint', '--strict', chart)).toContain('0 chart(s) failed');
  });

  it.each(variants)('has no lint finding with %s', async (values) => {
    expect(await helm('lint', '--strict', chart, '--values', values)).toContain('0 chart(s) failed');
  });

  it('carries the version of the package', () => {
    const { version } = JSON.parse(read(join(root, 'package.json'))) as { version: string };
    expect(parse(read(join(chart, 'Chart.yaml')))).toMatchObject({ version, appVersion: version });
  });

  it('explains every value in a comment that begins with "# --"', () => {
    const lines = read(join(chart, 'values.yaml')).split('\n');
    const wrong = lines.filter((line, index) => {
      const isFirst = isComment(line) && !isComment(lines[index - 1]);
      return isFirst && !line.trimStart().startsWith('# -- ');
    });
    expect(wrong).toEqual([]);
    const unexplained = explainedValues(lines.join('\n')).filter(({ meaning }) => meaning === '');
    expect(unexplained).toEqual([]);
  });

  it('says after an install how to verify it', async () => {
    const notes = await helm('install', 'db', chart, '--namespace', 'injectors', '--dry-run=client');
    expect(notes).toContain('kubectl -n injectors rollout status deployment/db-galera-injector');
  });
});

describe('the plain manifests', () => {
  it('are what the chart renders', async () => {
    expect(read(join(root, 'deploy', 'galera-injector.yaml'))).toBe(await renderDeploy());
  });

  it('begin with the namespace that all the others need', async () => {
    const [first, ...others] = (await renderDeploy()).split('\n---\n').map((text) => parse(text) as unknown);
    expect(first).toMatchObject({ kind: 'Namespace', metadata: { name: 'galera-system' } });
    expect(others).toHaveLength((await render()).length);
  });

  it('name every kind but the namespace in the line that removes them', async () => {
    const [line = ''] = /^# +kubectl delete .*$/m.exec(await renderDeploy()) ?? [];
    const kinds = new Set((await render()).map(({ kind }) => `${kind.toLowerCase()}s`.replace(/ys$/, 'ies')));
    expect(new Set(line.split(' ').at(-1)?.split(','))).toEqual(kinds);
  });

  it('claim no manager', async () => {
    expect(await renderDeploy()).not.toMatch(/managed-by|helm\.sh/);
  });
});

describe('the README of the chart', () => {
  it('has the values of the chart in its table', async () => {
    expect(read(join(chart, 'README.md'))).toBe(await renderReadme());
  });

  it('describes a nested value by its full name, default and comment', async () => {
    expect(await renderReadme()).toMatch(/^\| `image\.tag` +\| `""` +\| Tag of the image\. Empty: .* \|$/m);
  });
});

describe('the schema of the values', () => {
  it('says of each value what it means', async () => {
    expect(read(join(chart, 'values.schema.json'))).toBe(await renderSchema());
  });

  it('knows every default value and no other', () => {
    interface Schema {
      readonly $ref?: string;
      readonly properties?: Record<string, Schema>;
    }
    const schema = JSON.parse(read(join(chart, 'values.schema.json'))) as Schema;
    const leaves = (node: Schema, prefix: string): string[] =>
      node.properties === undefined
        ? [prefix.slice(1)]
        : Object.entries(node.properties).flatMap(([name, child]) => leaves(child, `${prefix}.${name}`));
    const known = leaves(schema, '');
    const values = fieldPaths(parse(read(join(chart, 'values.yaml'))));
    const free = /^(resources|(?:injected\.)?securityContext|podSecurityContext)\..*/;
    expect(new Set(values.map((path) => path.replace(free, '$1')))).toEqual(new Set(known));
  });

  it.each([
    ['replcas=3', 'replcas'],
    ['image.repo=mine', 'repo'],
    ['webhook.failurePolicy=Ignore', 'failurePolicy'],
    ['resources.limit.memory=1Gi', 'limit'],
    ['replicas=two', '/replicas'],
    ['image.pullPolicy=Sometimes', '/image/pullPolicy'],
    ['image.digest=sha256:12', '/image/digest'],
    ['webhook.timeoutSeconds=31', '/webhook/timeoutSeconds'],
    ['webhook.excludedNamespaces[0]=Kube_System', '/webhook/excludedNamespaces/0'],
    ['port=443', '/port'],
    ['logLevel=loud', '/logLevel'],
    ['fullnameOverride=Injector', '/fullnameOverride'],
    ['hostNetwork=yes', '/hostNetwork'],
    ['webhook.aksOptOut=yes', '/webhook/aksOptOut'],
    ['networkPolicy.enabled=on-please', '/networkPolicy/enabled'],
    ['networkPolicy.apiServerPorts={}', '/networkPolicy/apiServerPorts'],
    ['networkPolicy.apiServerPorts={70000}', '/networkPolicy/apiServerPorts/0'],
    ['networkPolicy.metricsFrom={monitoring}', '/networkPolicy/metricsFrom/0'],
    ['selfTest.namespace=', '/selfTest/namespace'],
    ['selfTest.enabled=maybe', '/selfTest/enabled'],
    ['uninstallHook.enabled=false', 'uninstallHook'],
    ['safetyNet.enabled=maybe', '/safetyNet/enabled'],
    ['global.imageRegistry=a b', '/global/imageRegistry'],
    ['global.imagePullSecrets[0].nam=x', '/global/imagePullSecrets/0'],
    ['injected.imagePullSecrets[0].name=x', '/injected/imagePullSecrets/0'],
    ['injected.imagePullPolicy=Sometimes', '/injected/imagePullPolicy'],
    ['injected.resources.limit.cpu=1', 'limit'],
    ['injected.image=x', 'image'],
    ['podDisruptionBudget.minAvailable=half', '/podDisruptionBudget/minAvailable'],
    ['service.ipFamilies={IPv5}', '/service/ipFamilies/0'],
    ['commonLabels.app\\.kubernetes\\.io/name=x', 'app.kubernetes.io/name'],
    ['podMonitor.interval=30', '/podMonitor/interval'],
    ['dashboard.enabled=yes', '/dashboard/enabled'],
  ])('refuses --set %s and names %s', async (setting, name) => {
    await expect(render('--set', setting)).rejects.toThrow(name);
  });
});
