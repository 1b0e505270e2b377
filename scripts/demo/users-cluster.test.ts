import { describe, expect, it } from 'vitest';
import { unknownContext } from './users-cluster.ts';

describe('a context that the kubeconfig lacks', () => {
  it('is answered with those that it has', () => {
    expect(unknownContext('kind-kid', ['kind-kind', 'work'])).toBe(
      'There is no context kind-kid in your kubeconfig, which has: kind-kind, work.',
    );
  });

  it('is told from having no kubeconfig', () => {
    expect(unknownContext('a', [])).toContain('has none at all');
  });
});
