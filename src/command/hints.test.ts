import { describe, expect, test } from 'vitest';
import { inject, run } from '../../test/command/harness.ts';

const SET = `kind: StatefulSet
metadata: {name: db}
spec:
  template:
    metadata: {labels: {app: db, galera: "true"}}
    spec: {containers: [{name: mariadb, image: "mariadb:11.8"}]}
`;

describe('a near miss is pointed out', () => {
  test('a label on the workload and not on its pods', async () => {
    const text = SET.replace(', galera: "true"', '').replace(
      'name: db}',
      'name: db, labels: {galera: "true"}}',
    );
    expect((await inject(text)).stderr).toContain(
      'it must be galera: "true" in spec.template.metadata.labels',
    );
  });

  test('a label on a Job, whose pods end in any case', async () => {
    const job =
      'apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, labels: {galera: "true"}}\n' +
      'spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}\n';
    expect((await inject(job)).stderr).toContain('label galera is on the Job; take it off: its pods end');
  });

  test('a label without quotes, which is no text', async () => {
    const { stderr } = await inject(SET.replace('galera: "true"', 'galera: true'));
    expect(stderr).toContain('label galera is true; only the text galera: "true", in quotes');
  });

  const WORKFLOW = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: w, namespace: shop}
spec:
  podMetadata: {labels: {galera: "true"}}
  templates: [{name: a, container: {name: main, image: "mariadb:11.8"}}]
`;

  test.each<[what: string, manifest: string, where: string]>([
    ['in the podMetadata of a Workflow', WORKFLOW, 'spec.podMetadata.labels'],
    [
      'in the metadata of a step of a Workflow',
      WORKFLOW.replace('podMetadata: {labels: {galera: "true"}}', '').replace(
        '{name: a,',
        '{name: a, metadata: {labels: {galera: "true"}},',
      ),
      'spec.templates[0].metadata.labels',
    ],
    ['without quotes', WORKFLOW.replace('"true"', 'true'), 'spec.podMetadata.labels'],
    [
      'of an operator',
      'kind: PerconaXtraDBCluster\nspec: {pxc: {labels: {galera: "true"}}}\n',
      'spec.pxc.labels',
    ],
    [
      'in the values of a chart',
      'kind: HelmRelease\nspec: {values: {podLabels: {galera: "true"}}}\n',
      'spec.values.podLabels',
    ],
    ['of a kustomization', 'kind: Kustomization\ncommonLabels: {galera: "true"}\n', 'commonLabels'],
  ])('a label where no pod template is: %s', async (_what, manifest, where) => {
    const { code, stdout } = await run(['explain', '-f', '-'], { stdin: manifest });
    expect(code).toBe(0);
    expect(stdout).toContain(`label galera is in ${where}, where no pod template is found`);
    expect((await run(['explain', '-f', '-', '--fail-on-warning'], { stdin: manifest })).code).toBe(1);
  });

  test.each<[what: string, manifest: string]>([
    [
      'of a Service',
      'kind: Service\nmetadata: {labels: {galera: "true"}}\nspec: {selector: {galera: "true"}}\n',
    ],
    ['of a selector', 'kind: NetworkPolicy\nspec: {podSelector: {matchLabels: {galera: "true"}}}\n'],
    ['of a claim', `${SET}  volumeClaimTemplates: [{metadata: {name: data, labels: {galera: "true"}}}]\n`],
    ['of another value', 'kind: PrometheusRule\nspec: {groups: [{rules: [{labels: {galera: down}}]}]}\n'],
  ])('not a label %s', async (_what, manifest) => {
    expect((await run(['explain', '-f', '-'], { stdin: manifest })).stdout).not.toContain(
      'label galera is in',
    );
  });

  test('a label on the Job of a CronJob', async () => {
    const job =
      'apiVersion: example.org/v1\nkind: Robot\nmetadata: {name: r}\n' +
      'spec: {jobTemplate: {metadata: {labels: {galera: "true"}}, spec: {template: {spec: {containers: [{name: a, image: b}]}}}}}\n';
    expect((await inject(job)).stderr).toContain(
      'label galera is in spec.jobTemplate.metadata.labels; it must be galera: "true" in spec.jobTemplate.spec.template.metadata.labels',
    );
  });
});
