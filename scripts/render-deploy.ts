import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Document, isMap, isScalar, isSeq, parseAllDocuments, visit } from 'yaml';
import { withDescriptions, withValuesTable } from './chart-readme.ts';
import { formatted } from './formatted.ts';
import { helmPath } from './helm.ts';

const root = join(import.meta.dirname, '..');
const chart = join(root, 'charts', 'galera-injector');
const readme = join(chart, 'README.md');
const schema = join(chart, 'values.schema.json');
const manifests = join(root, 'deploy', 'galera-injector.yaml');
const namespace = 'galera-system';

const preamble = `# galera-injector without Helm: kubectl apply -f deploy/galera-injector.yaml, or kubectl apply -k deploy
# Rendered from charts/galera-injector by \`npm run render\`; change the chart, not this file.
#
# There is no public registry yet: the image named here is the one \`npm run image\` and the Dockerfile make. Load it into the
# nodes, or push it to a registry of yours and name that here. kustomization.yaml shows how to change image and namespace.
#
# To remove it, and keep its namespace with the Leases that record which data is whose, as long as clusters have volumes:
#   kubectl delete -n ${namespace} -l app.kubernetes.io/part-of=galera-injector mutatingwebhookconfigurations,validatingwebhookconfigurations,validatingadmissionpolicies,validatingadmissionpolicybindings,deployments,services,serviceaccounts,poddisruptionbudgets,clusterroles,clusterrolebindings,roles,rolebindings
# Kubernetes before 1.30 has no validatingadmissionpolicies: leave them and their bindings out of the line, and ignore
# the two errors of kubectl apply about them; the right on ConfigMaps has no bounds there then, so take it out.
# kubectl delete -f on this file removes the namespace too.
`;
const namespaceObject = `apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
  labels:
    # By which the webhooks leave this namespace out, whatever its name becomes.
    galera-injector.dev/injection: disabled
`;
/** Labels that say who manages an object; in plain manifests nobody but their reader does. */
const helmLabels = ['app.kubernetes.io/managed-by', 'helm.sh/chart'];
const run = promisify(execFile);

/** The plain manifests as they should stand in deploy/: the chart's objects with default values, after their namespace. */
export async function renderDeploy(): Promise<string> {
  const { stdout } = await run(await helmPath(), [
    'template',
    'galera-injector',
    chart,
    '--no-hooks',
    '--namespace',
    namespace,
  ]);
  const objects = parseAllDocuments(stdout).map((document) => {
    dropHelmLabels(document);
    dropOwnNamespace(document);
    // Helm's "# Source:" line says nothing to somebody who has only this file.
    if (document.contents !== null) document.contents.commentBefore = null;
    return document.toString({ directives: false, lineWidth: 0, flowCollectionPadding: false });
  });
  return preamble + [namespaceObject, ...objects].join('---\n');
}

function dropHelmLabels(document: Document): void {
  for (const path of [
    ['metadata', 'labels'],
    ['spec', 'template', 'metadata', 'labels'],
  ]) {
    const labels = document.getIn(path);
    if (isMap(labels)) for (const label of helmLabels) labels.delete(label);
  }
}

/** From the lists of namespaces that are left out: a tool that changes the namespace changes no such list. */
function dropOwnNamespace(document: Document): void {
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'namespaceSelector' || !isMap(value)) return;
      const values = value.getIn(['matchExpressions', 0, 'values']);
      if (isSeq(values))
        values.items = values.items.filter((item) => !isScalar(item) || item.value !== namespace);
    },
  });
}

/** The chart's README as it should stand, with the table of its values. */
export async function renderReadme(): Promise<string> {
  const values = await readFile(join(chart, 'values.yaml'), 'utf8');
  const text = withValuesTable(await readFile(readme, 'utf8'), values);
  return formatted(readme, text);
}

/** The schema of the values as it should stand, with their meanings. */
export async function renderSchema(): Promise<string> {
  const values = await readFile(join(chart, 'values.yaml'), 'utf8');
  const text = withDescriptions(await readFile(schema, 'utf8'), values);
  return formatted(schema, text);
}

async function main(): Promise<void> {
  for (const [file, rendered] of [
    [manifests, await renderDeploy()],
    [readme, await renderReadme()],
    [schema, await renderSchema()],
  ] as const) {
    const found = await readFile(file, 'utf8').catch(() => '');
    if (found === rendered) continue;
    if (process.argv.includes('--check')) {
      process.stderr.write(`${relative(root, file)} is not what the chart renders: npm run render\n`);
      process.exitCode = 1;
    } else {
      await writeFile(file, rendered);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
