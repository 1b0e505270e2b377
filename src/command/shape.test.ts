import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { inject, run } from '../../test/command/harness.ts';
import { templatesIn } from './shape.ts';

const TEMPLATE = {
  metadata: { labels: { galera: 'true' }, annotations: { 'galera-injector.dev/size': '3' } },
  spec: { containers: [{ name: 'db', image: 'mariadb:11.8' }] },
};

/** Kinds that bring pods, and where their template stands. A further one is a line. */
const KINDS: readonly (readonly [apiVersion: string, kind: string, path: string])[] = [
  ['apps/v1', 'DaemonSet', 'spec.template'],
  ['v1', 'PodTemplate', 'template'],
  ['argoproj.io/v1alpha1', 'Rollout', 'spec.template'],
  ['apps.kruise.io/v1alpha1', 'CloneSet', 'spec.template'],
  ['apps.openshift.io/v1', 'DeploymentConfig', 'spec.template'],
  ['serving.knative.dev/v1', 'Configuration', 'spec.template'],
  ['jobset.x-k8s.io/v1alpha2', 'JobSet', 'spec.replicatedJobs.0.template.spec.template'],
  ['leaderworkerset.x-k8s.io/v1', 'LeaderWorkerSet', 'spec.leaderWorkerTemplate.workerTemplate'],
  ['elasticsearch.k8s.elastic.co/v1', 'Elasticsearch', 'spec.nodeSets.0.podTemplate'],
  ['example.org/v1', 'Anything', 'spec.servers.primary.template'],
];

/** An object with the template at a path. */
function manifest(
  apiVersion: string,
  kind: string,
  path: string,
  template: object = TEMPLATE,
): Record<string, unknown> {
  const at = path
    .split('.')
    .reduceRight<unknown>((inner, key) => (/^\d+$/.test(key) ? [inner] : { [key]: inner }), template);
  return { apiVersion, kind, metadata: { name: 'db', namespace: 'shop' }, ...(at as object) };
}

describe('the pod template of a kind', () => {
  test.each(KINDS)('%s %s is found at %s', async (apiVersion, kind, path) => {
    const json = manifest(apiVersion, kind, path);
    const { code, stdout } = await run(['explain', '-f', '-', '-o', 'json'], { stdin: JSON.stringify(json) });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      items: [{ object: { kind, name: 'db' }, decision: 'inject' }],
    });
    const written = parse((await inject(JSON.stringify(json))).stdout) as unknown;
    expect(templatesIn(written).map((at) => at.join('.'))).toEqual([path]);
    expect(JSON.stringify(written)).toContain('"initContainers"');
  });

  test.each([
    ['Job', 'spec.template'],
    ['CronJob', 'spec.jobTemplate.spec.template'],
  ])('%s is found too, and refused: its pods do not come back', async (kind, path) => {
    const ends = { ...TEMPLATE, spec: { ...TEMPLATE.spec, restartPolicy: 'Never' } };
    const json = manifest('batch/v1', kind, path, ends);
    const { stdout } = await run(['explain', '-f', '-', '-o', 'json'], { stdin: JSON.stringify(json) });
    expect(JSON.parse(stdout)).toMatchObject({ items: [{ decision: 'deny', reason: 'pod_ends' }] });
  });

  test('gives the number of members by its replicas', async () => {
    const json = { kind: 'Rollout', metadata: { name: 'db' }, spec: { replicas: 5, template: TEMPLATE } };
    const { stdout } = await run(['explain', '-f', '-'], { stdin: JSON.stringify(json) });
    expect(stdout).toMatch(/env GALERA_CLUSTER_SIZE +5 /);
  });

  test('without the label is left alone, with a hint where the object has it', async () => {
    const json = {
      kind: 'Rollout',
      metadata: { name: 'db', labels: { galera: 'true' } },
      spec: { template: { spec: { containers: [] } } },
    };
    const { stdout } = await run(['explain', '-f', '-'], { stdin: JSON.stringify(json) });
    expect(stdout).toContain('it must be galera: "true" in spec.template.metadata.labels');
  });

  test('is none without containers, and of whatever JSON', () => {
    expect(templatesIn({ spec: { template: { metadata: {} } } })).toEqual([]);
    fc.assert(fc.property(fc.jsonValue(), (json) => Array.isArray(templatesIn(json))));
  });
});
