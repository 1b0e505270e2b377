import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { helmPath } from '../../scripts/helm.ts';

export const chart = join(import.meta.dirname, '..', '..', 'charts', 'galera-injector');
const run = promisify(execFile);

/** One rendered object, as far as the chart tests look into all kinds alike. */
export interface Rendered {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** What helm prints for these arguments; rejects with its message when it refuses. */
export async function helm(...words: string[]): Promise<string> {
  const { stdout } = await run(await helmPath(), words);
  return stdout;
}

/** The lasting objects of a release `galera-injector` in `galera-system`, rendered with these further arguments. */
export async function render(...words: string[]): Promise<Rendered[]> {
  return renderRelease('galera-injector', ...words);
}

/** The lasting objects of a release of this name in `galera-system`, rendered with these further arguments. */
export async function renderRelease(release: string, ...words: string[]): Promise<Rendered[]> {
  return template(release, '--no-hooks', ...words);
}

/** What the release makes for a moment only, at `helm test`. */
export async function renderTest(...words: string[]): Promise<Rendered[]> {
  return (await renderAll(...words)).filter(({ metadata }) => 'helm.sh/hook' in (metadata.annotations ?? {}));
}

/** All that helm prints: what lasts, and what is for a moment only. */
export async function renderAll(...words: string[]): Promise<Rendered[]> {
  return template('galera-injector', ...words);
}

const rendered = new Map<string, Promise<Rendered[]>>();

/** Each rendering takes helm a tenth of a second, and the tests of one file ask for the same ones many times. */
function template(...words: string[]): Promise<Rendered[]> {
  const key = words.join('\n');
  const objects = rendered.get(key) ?? renderAnew(words);
  rendered.set(key, objects);
  return objects;
}

async function renderAnew([release = '', ...words]: readonly string[]): Promise<Rendered[]> {
  const text = await helm('template', release, chart, '--namespace', 'galera-system', ...words);
  return parseAllDocuments(text).map((document) => document.toJS() as Rendered);
}

/** The only object of a kind. */
export function only<Kind extends Rendered>(objects: readonly Kind[], kind: string): Kind {
  const [object, ...others] = objects.filter((candidate) => candidate.kind === kind);
  if (object === undefined || others.length > 0) {
    throw new Error(`expected one ${kind}, found ${others.length + (object ? 1 : 0)}`);
  }
  return object;
}

/** The Role of a namespace. @throws Error when there is none or more than one */
export function roleIn<Kind extends Rendered>(objects: readonly Kind[], namespace: string): Kind {
  return only(
    objects.filter((one) => one.metadata.namespace === namespace),
    'Role',
  );
}
