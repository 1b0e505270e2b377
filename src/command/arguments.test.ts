import { describe, expect, test } from 'vitest';
import { run } from '../../test/command/harness.ts';
import { nearest, parseManifestArguments } from './arguments.ts';

test('defaults name the parts of a plain installation', () => {
  expect(parseManifestArguments(['-f', 'a.yaml'])).toMatchObject({
    kind: 'run',
    options: {
      files: ['a.yaml'],
      namespace: 'default',
      namespaceGiven: false,
      settings: {
        image: expect.stringMatching(/^galera-injector:/) as string,
        imagePullPolicy: 'IfNotPresent',
        coordinator: 'galera-injector.galera-system.svc:443',
      },
    },
  });
});

test('every option is taken over', () => {
  const args =
    '-f a b -n shop --context c --ca-file d --image r:5000/i:1 --image-pull-policy Never --coordinator h:1';
  expect(parseManifestArguments(args.split(' '))).toMatchObject({
    kind: 'run',
    options: {
      files: ['a', 'b'],
      namespace: 'shop',
      namespaceGiven: true,
      context: 'c',
      caFile: 'd',
      settings: { image: 'r:5000/i:1', imagePullPolicy: 'Never', coordinator: 'h:1' },
    },
  });
});

describe('a call that cannot be read names the word and ends with 2', () => {
  test.each([
    ['', 'no manifest'],
    ['-f - -f -', 'standard input (-) can be read only once'],
    ['--flie a', 'unknown option --flie; did you mean --file?'],
    ['--what a', 'unknown option --what'],
    ['-x', 'unknown option -x'],
    ['-f', "'-f, --file <value>' argument missing"],
    ['-f a --image-pull-policy Sometimes', '"Sometimes"; allowed: Always, IfNotPresent, Never'],
    ['-f a --coordinator host', '--coordinator is "host"; allowed: host:port'],
    ['-f a -n Shop', '--namespace is "Shop"'],
    ['-f a --image $(x)', '--image is "$(x)"'],
  ])('inject %s', async (line, message) => {
    const { code, stdout, stderr } = await run(['inject', ...line.split(' ').filter((word) => word !== '')]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('Try galera-injector inject --help');
  });
});

test.each(['inject', 'explain'])('%s --help starts with examples and names every option', async (name) => {
  const { code, stdout, stderr } = await run([name, '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Examples:\n/);
  for (const option of ['--file', '--namespace', '--context', '--ca-file', '--image', '--coordinator']) {
    expect(stdout).toContain(option);
  }
});

test('a word more than two letters off suggests nothing', () => {
  expect(nearest('injcet', ['inject', 'explain'])).toBe('inject');
  expect(nearest('deploy', ['inject', 'explain'])).toBeUndefined();
});
