import { isMap, isNode, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

const begin = '<!-- values: made from values.yaml by npm run render -->\n';
const end = '<!-- /values -->';

/** The chart's README with its table of values made again from the comments of values.yaml that begin with `# --`. */
export function withValuesTable(readme: string, values: string): string {
  const from = readme.indexOf(begin) + begin.length;
  const to = readme.indexOf(end);
  if (from < begin.length || to < from)
    throw new Error('README.md lacks the marks around the table of values');
  const table = ['| value | default | meaning |', '| --- | --- | --- |', ...valuesTable(values)];
  return `${readme.slice(0, from)}\n${table.join('\n')}\n\n${readme.slice(to)}`;
}

function valuesTable(values: string): string[] {
  return explainedValues(values).map(
    ({ path, fallback, meaning }) =>
      `| \`${path.join('.')}\` | \`${fallback}\` | ${meaning.replaceAll('|', '\\|')} |`,
  );
}

/** The schema of the values with the meaning of each as its description, which editors show. */
export function withDescriptions(schema: string, values: string): string {
  const root = JSON.parse(schema) as Schema;
  for (const { path, meaning } of explainedValues(values)) {
    const node = path.reduce<Schema | undefined>((at, name) => at?.properties?.[name], root);
    if (node === undefined) throw new Error(`values.schema.json has no ${path.join('.')}`);
    node.description = meaning;
  }
  return JSON.stringify(root);
}

interface Schema {
  description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** A value of the chart, its default as JSON and what its comment says; empty where it has none. */
export interface ExplainedValue {
  readonly path: readonly string[];
  readonly fallback: string;
  readonly meaning: string;
}

/** The values that have a comment, and those below values that have none. */
export function explainedValues(values: string): ExplainedValue[] {
  const { contents } = parseDocument(values);
  if (!isMap(contents)) throw new Error('values.yaml is not a map');
  // The comment of a file's first field belongs to the map, not to the field.
  return valuesIn(contents, [], contents.commentBefore ?? '');
}

function valuesIn(map: YAMLMap, above: readonly string[], firstComment: string): ExplainedValue[] {
  return map.items.flatMap((pair, index) => {
    const comment = commentOf(pair) || (index === 0 ? firstComment : '');
    const path = [...above, isScalar(pair.key) ? String(pair.key.value) : ''];
    const { value } = pair;
    if (comment === '' && isMap(value)) return valuesIn(value, path, value.commentBefore ?? '');
    const fallback = JSON.stringify(isNode(value) ? value.toJSON() : null);
    return [{ path, fallback, meaning: prose(comment) }];
  });
}

function commentOf({ key }: Pair): string {
  return isScalar(key) ? (key.commentBefore ?? '') : '';
}

function prose(comment: string): string {
  return comment
    .replace(/^ -- /, '')
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}
