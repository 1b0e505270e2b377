import { describe, expect, test } from 'vitest';
import { AUTHORITY, inject, run } from '../../test/command/harness.ts';

describe('an input that is no manifest', () => {
  test.each<[what: string, text: string, message: string]>([
    ['nothing', '', 'standard input holds no objects'],
    ['an empty line', '\n', 'standard input holds no objects'],
    ['a comment', '# only a comment\n', 'standard input holds no objects'],
    ['empty documents', '---\n---\n# none\n', 'standard input holds no objects'],
    ['null', 'null\n', 'standard input holds no objects'],
    [
      'an empty list',
      '[]',
      'standard input: line 1: a list is no manifest: it must be an object with a kind',
    ],
    ['a list', '# a\n- a\n- b\n', 'standard input: line 2: a list is no manifest'],
    ['a text', '"text"', 'standard input: line 1: "text" is no manifest'],
    ['a page of HTML', '<html>\n', 'standard input: line 1: "<html>" is no manifest'],
    ['a number', '42', 'standard input: line 1: 42 is no manifest'],
    [
      'an object without a kind',
      '---\na: 1\n',
      'standard input: line 2: kind is missing, so that this is no manifest',
    ],
    ['one of several', 'kind: A\n---\nname: b\n', 'standard input: line 3: kind is missing'],
    ['JSON without a kind', '{"a": 1}', 'standard input: line 1: kind is missing'],
    ['a kind that is no text', 'kind: 1\n', 'standard input: line 1: kind is 1, and must be text'],
    ['an empty kind', 'kind: ""\n', 'standard input: line 1: kind is "", and must be text'],
    [
      'a name that is no text',
      'kind: A\nmetadata: {name: on}\n',
      'line 1: metadata.name is true, and must be text: put it in quotes',
    ],
    [
      'a name that is a number',
      'kind: A\nmetadata: {name: 1e3}\n',
      'metadata.name is 1000, and must be text',
    ],
    [
      'a namespace that is no text',
      'kind: A\nmetadata: {namespace: no}\n',
      'metadata.namespace is false, and must',
    ],
    [
      'a prefix that is no text',
      'kind: A\nmetadata: {generateName: 1}\n',
      'metadata.generateName is 1, and must',
    ],
    [
      'a number of pods that is a text',
      'apiVersion: apps/v1\nkind: StatefulSet\nspec: {replicas: "3"}\n',
      'spec.replicas is "3", and must be a whole number, without quotes',
    ],
    ['half a pod', 'kind: Deployment\nspec: {replicas: 1.5}\n', 'spec.replicas is 1.5, and must be a whole'],
    ['metadata that is no object', 'kind: A\nmetadata: x\n', 'metadata is "x", and must be an object'],
    [
      'the name of an item',
      'kind: List\nitems: [{kind: A, metadata: {name: y}}]\n',
      'items[0]: metadata.name is true',
    ],
    ['an item of a List', 'kind: List\nitems: [{kind: A}, {a: 1}]\n', 'line 1: items[1]: kind is missing'],
    ['an item that is a text', 'kind: List\nitems: [a]\n', 'line 1: items[0]: "a" is no manifest'],
  ])('is refused: %s', async (_what, text, message) => {
    for (const { code, stdout, stderr } of [
      await inject(text),
      await run(['explain', '-f', '-'], { stdin: text }),
      await run(['explain', '-f', '-', '-o', 'json'], { stdin: text }),
    ]) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^error: .*\n$/);
      expect(stderr).toContain(message);
    }
  });

  test.each([
    '---\nkind: A\n---\n---\n# none\n---\nkind: B\n',
    'kind: List\nitems: []\n',
    '---\nkind: A\n---\n',
    'kind: A\nmetadata: {name: "on", namespace: null}\n',
    'kind: A\nmetadata: null\n',
  ])('is not one with empty documents or an empty List: %j', async (text) => {
    expect(await inject(text)).toMatchObject({ code: 0, stdout: text });
  });

  test('is none among others where it holds comments alone', async () => {
    const files = { a: '# none\n', b: 'kind: A\n', 'ca.crt': AUTHORITY };
    const { code, stdout } = await run(['inject', '--ca-file', 'ca.crt', '-f', 'a', '-f', 'b'], { files });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '# none\n---\nkind: A\n' });
  });

  test('is what stands behind the end of a document, which is written back and warned about', async () => {
    const text = 'kind: A\n...\nkind: Pod\n';
    const { code, stdout, stderr } = await inject(text);
    expect({ code, stdout }).toEqual({ code: 0, stdout: text });
    expect(stderr).toContain(
      'warning: standard input: line 2: kubectl reads nothing from here to the next line ---\n',
    );
    const codes = ['--fail-on-warning', '-R'].map(
      async (option) => (await run(['explain', '-f', '-', option], { stdin: text })).code,
    );
    expect(await Promise.all(codes)).toEqual([1, 0]);
  });

  test.each([
    ['UTF-16, as PowerShell writes it', Buffer.from('\ufeffkind: A\n', 'utf16le')],
    ['Latin-1', Buffer.from('kind: A # \u00e9\n', 'latin1')],
  ])('is one in another encoding: %s', async (_what, stdin) => {
    const { code, stdout, stderr } = await run(['inject', '-f', '-'], { stdin });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'error: standard input is not UTF-8, which kubectl demands: save it in that encoding\n',
    );
  });
});

test.each([
  'kind: StatefulSet\nspec: {replicas: null}\n',
  'kind: Deployment\nspec: {replicas: 0}\n',
  'apiVersion: example.com/v1\nkind: StatefulSet\nspec: {replicas: "3"}\n',
  'apiVersion: apps/v1\nkind: DaemonSet\nspec: {replicas: "3"}\n',
])('a number of pods is no fault in %j', async (text) => {
  expect((await run(['explain', '-f', '-'], { stdin: text })).code).toBe(0);
});
