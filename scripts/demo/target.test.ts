import { describe, expect, it } from 'vitest';
import { quoted, shellSetup, typedKubectl } from './target.ts';

const fetched = { kubectlPath: '/cache/kubectl/kubectl', helmPath: '/cache/helm/helm' };
const installed = { kubectlPath: '/usr/bin/kubectl', helmPath: '/usr/bin/helm' };

describe('the line before the commands that a person types', () => {
  it('sets the kubeconfig and the folders of the programs of a booted cluster', () => {
    expect(shellSetup({ ...fetched, kubeconfig: '/run/kubeconfig' }, '/usr/bin')).toBe(
      'export KUBECONFIG=/run/kubeconfig PATH=/cache/kubectl:/cache/helm:$PATH',
    );
  });

  it('names a folder once and none that PATH has', () => {
    const together = { kubectlPath: '/cache/kubectl', helmPath: '/cache/helm' };
    expect(shellSetup({ ...together, context: 'a' }, '/usr/bin')).toBe('export PATH=/cache:$PATH');
    expect(shellSetup({ ...installed, context: 'a' }, '/bin:/usr/bin')).toBeUndefined();
  });
});

it('a context with other letters than a word has is quoted', () => {
  expect(typedKubectl({ ...installed, context: "it's mine" })).toBe(`kubectl --context 'it'\\''s mine'`);
  expect(quoted('kind-kind')).toBe('kind-kind');
});
