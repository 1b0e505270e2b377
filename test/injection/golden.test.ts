import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Context, Workload } from '../../src/injection/index.ts';
import { injected } from './pods.ts';

/** Set to 1, the patches are written again; the change is then for `git diff` to show and a person to judge. */
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

const FOLDER = new URL('../fixtures/injection/', import.meta.url);
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.pod.yaml'))
  .map((file) => basename(file, '.pod.yaml'));

test.each(names)('%s is injected with the patch written down for it', (name) => {
  const { subject, context } = readFixture(name);
  const { operations } = injected(subject, context);
  const golden = new URL(`${name}.golden.patch.json`, FOLDER);
  if (UPDATE) writeFileSync(golden, `${JSON.stringify(operations, null, 2)}\n`);
  if (!existsSync(golden))
    throw new Error(`${name} has no golden patch: run the tests once with UPDATE_GOLDEN=1`);
  expect(operations).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
});

test('no golden patch is left without its pod', () => {
  const expected = names.flatMap((name) => [`${name}.golden.patch.json`, `${name}.pod.yaml`]);
  expect(readdirSync(FOLDER).toSorted()).toEqual(expected.toSorted());
});

/** A fixture is two documents: the pod as admission sees it, and what the API knows beside it. */
function readFixture(name: string): { readonly subject: unknown; readonly context: Context } {
  const documents = parseAllDocuments(readFileSync(new URL(`${name}.pod.yaml`, FOLDER), 'utf8'));
  const [subject, beside] = documents.map((document) => document.toJS() as unknown);
  const { workload = null, services = [] } = beside as {
    workload?: Workload | null;
    services?: Context['services'];
  };
  return { subject, context: { namespace: 'shop', workload, services } };
}
