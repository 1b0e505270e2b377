import { describe, expect, test } from 'vitest';
import { inject } from '../../test/command/harness.ts';

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
});
