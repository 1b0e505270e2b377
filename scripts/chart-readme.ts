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

/** The rows of the table: name, default and meaning of each value. */
export function valuesTable(values: string): string[] {
  const { contents } = parseDocument(values);
  if (!isMap(contents)) throw new Error('values.yaml is not a map');
  // The comment of a file's first field belongs to the map, not to the field.
  return rowsOf(contents, '', contents.commentBefore ?? '');
}

function rowsOf(map: YAMLMap, prefix: string, firstComment: string): string[] {
  return map.items.flatMap((pair, index) => {
    const comment = commentOf(pair) || (index === 0 ? firstComment : '');
    const name = `${prefix}${isScalar(pair.key) ? String(pair.key.value) : ''}`;
    const { value } = pair;
    if (comment === '' && isMap(value)) return rowsOf(value, `${name}.`, value.commentBefore ?? '');
    const fallback = JSON.stringify(isNode(value) ? value.toJSON() : null);
    return [`| \`${name}\` | \`${fallback}\` | ${prose(comment).replaceAll('|', '\\|')} |`];
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
