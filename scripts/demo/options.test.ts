import { describe, expect, it } from 'vitest';
import { parseDemoArguments, parseImage } from './options.ts';

describe('the arguments of the demo', () => {
  it('may be left out', () => {
    expect(parseDemoArguments([])).toEqual({ kind: 'run', options: { down: false } });
  });

  it('name a context, an image for it and the end', () => {
    expect(
      parseDemoArguments(['--context', 'kind-a', '--image=host:5000/team/injector:1.2', '--down']),
    ).toEqual({
      kind: 'run',
      options: {
        down: true,
        context: 'kind-a',
        image: { repository: 'host:5000/team/injector', tag: '1.2', digest: '' },
      },
    });
  });

  it.each([
    [['--dwon'], "unknown option '--dwon' (Did you mean --down?)"],
    [['--verbose'], "unknown option '--verbose'"],
    [['down'], expect.stringContaining('too many arguments')],
    [['--context', ''], '--context is empty; give the name of a context of your kubeconfig'],
    [['--image', 'a:1'], expect.stringContaining('--image goes with --context')],
    [['--context', 'a', '--image', 'a b'], expect.stringContaining('--image is "a b"')],
    [['--context'], expect.stringContaining('--context')],
  ])('%j are answered with what is wrong', (args, message) => {
    expect(parseDemoArguments(args)).toEqual({ kind: 'usage', message: message as string });
  });
});

describe('the reference of an image', () => {
  const digest = `sha256:${'0'.repeat(64)}`;

  it.each([
    ['injector:1', { repository: 'injector', tag: '1', digest: '' }],
    ['ghcr.io/a/b:v1.0', { repository: 'ghcr.io/a/b', tag: 'v1.0', digest: '' }],
    [`host:5000/b@${digest}`, { repository: 'host:5000/b', tag: '', digest }],
  ])('%s is taken apart', (reference, parts) => {
    expect(parseImage(reference)).toEqual(parts);
  });

  it.each(['injector', 'host:5000/b', ':1', 'a:1,b=2', 'a@sha256:12'])('%s is not complete', (reference) => {
    expect(parseImage(reference)).toBeUndefined();
  });
});
