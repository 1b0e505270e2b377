import { describe, expect, test } from 'vitest';
import { AUTHORITY, run } from '../../test/command/harness.ts';
import { VERSION } from '../version.ts';
import type { StatusOptions } from './options.ts';

const POD = `kind: Pod
metadata: {name: db-1, namespace: shop, labels: {galera: "true"}}
spec: {containers: [{name: db, image: mariadb}]}
`;

/** What `status` would be asked for. */
async function statusOptions(...args: readonly string[]): Promise<StatusOptions | undefined> {
  let asked: StatusOptions | undefined;
  await run(args, {
    status: async (options) => {
      asked = options;
      return 0;
    },
  });
  return asked;
}

describe('a call that cannot be read names the word and ends with 2', () => {
  test.each([
    ['inject', 'error: no manifest: name a file with -f, or - for standard input'],
    ['inject -f - -f -', 'standard input (-) can be read only once'],
    ['inject --filenme a', "unknown option '--filenme'\n(Did you mean --filename?)"],
    ['inject --what a', "unknown option '--what'"],
    ['inject -x', "unknown option '-x'"],
    ['inject -f', "option '-f, --filename <file>' argument missing"],
    ['inject -f a --image-pull-policy Sometimes', 'Allowed choices are Always, IfNotPresent, Never.'],
    ['inject -f a --coordinator host', "'host' is invalid. Allowed: host:port."],
    ['inject -f a -n Shop', "'Shop' is invalid. Allowed: a DNS label."],
    ['inject -f a --image $(x)', "'$(x)' is invalid. Allowed: an image reference."],
    ['inject -f a -o xml', 'Allowed choices are json, yaml.'],
    ['status --request-timeout soon', "'soon' is invalid. Allowed: a time such as"],
    ['injcet', "unknown command 'injcet'\n(Did you mean inject?)"],
    ['help nosuch', "unknown command 'nosuch'"],
    ['serve now', "too many arguments for 'serve'"],
  ])('%s', async (line, message) => {
    const { code, stdout, stderr } = await run(line.split(' '));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toMatch(/Try galera-injector( \w+)? --help\n$/);
  });
});

describe('help', () => {
  test.each([
    ['', 'inject'],
    ['help', 'status'],
    ['-h', 'explain'],
    ['inject --help', '--ca-file'],
    ['help inject', '--image-pull-policy'],
    ['help explain', '--fail-on-warning'],
    ['status -h', '--no-headers'],
    ['help status', '--kubeconfig'],
  ])('of %j is on standard output, with %s', async (line, word) => {
    const { code, stdout, stderr } = await run(line === '' ? [] : line.split(' '));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: galera-injector /);
    expect(stdout).toContain(word);
  });

  test('calls the program as the user did', async () => {
    const { stdout } = await run(['help', 'status'], { name: 'kubectl galera' });
    expect(stdout).toMatch(/^Usage: kubectl galera status /);
    expect(stdout).not.toContain('galera-injector status');
  });
});

test.each(['-v', '-V', '--version', 'version', 'inject --version'])('%s prints the version', async (line) => {
  expect(await run(line.split(' '))).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
});

test('options of the connection may stand before or behind the command', async () => {
  const expected = { namespace: 'shop', connection: { context: 'x', as: 'me', requestTimeoutMs: 60_000 } };
  const options = ['-n', 'shop', '--context', 'x', '--as', 'me', '--request-timeout=1m'];
  expect(await statusOptions(...options, 'status')).toMatchObject(expected);
  expect(await statusOptions('status', ...options)).toMatchObject(expected);
  expect(await statusOptions('status')).toMatchObject({ connection: {}, output: 'table', headers: true });
});

describe('files', () => {
  const files = { 'd/b.yaml': POD, 'd/a.json': '{"kind":"ConfigMap"}', 'd/notes.txt': ':', 'd/e/c.yml': POD };

  test('of a directory are read in the order of their names', async () => {
    const { stdout, code } = await run(['explain', '-f', 'd/', '-o', 'json'], { files });
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { items: { file: string }[] }).items.map(({ file }) => file)).toEqual([
      'd/b.yaml',
    ]);
  });

  test('of directories in it are read with -R', async () => {
    const { stdout } = await run(['explain', '-R', '-f', 'd', '-o', 'json'], { files });
    const { items } = JSON.parse(stdout) as { items: { file: string }[] };
    expect(items.map(({ file }) => file)).toEqual(['d/b.yaml', 'd/e/c.yml']);
  });

  test('are missed in a directory that has none', async () => {
    const { code, stderr } = await run(['explain', '-f', 'd'], { files: { 'd/x.txt': '' } });
    expect(code).toBe(1);
    expect(stderr).toBe(
      'error: directory d has no file that ends with .json, .yaml or .yml; -R also looks in the directories in it\n',
    );
  });
});

describe('the authority', () => {
  const context = async () => ({ namespace: 'shop', workload: null, services: [] });

  test('comes from the cluster where no file names it', async () => {
    const { stdout, code } = await run(['inject', '-f', '-', '--context', 'x', '-o', 'json'], {
      stdin: POD,
      cluster: { read: context },
    });
    expect(code).toBe(0);
    expect(stdout).toContain(JSON.stringify(AUTHORITY));
  });

  test('is asked for where nothing can tell it, and nothing is written', async () => {
    const { stdout, code, stderr } = await run(['inject', '-f', '-'], { stdin: POD });
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
    expect(stderr).toContain('name its file with --ca-file, or a cluster to read it from with --context');
  });

  test('is not needed where nothing is injected, or only explained', async () => {
    expect((await run(['inject', '-f', '-'], { stdin: 'kind: ConfigMap\n' })).code).toBe(0);
    expect((await run(['explain', '-f', '-'], { stdin: POD })).code).toBe(0);
  });
});
