import { expect, it } from 'vitest';
import { loaderFor, minikubeProvider } from './loader.ts';

it.each([
  ['kind-kind', 'kind load image-archive a.tar --name kind'],
  ['kind-two-words', 'kind load image-archive a.tar --name two-words'],
  ['k3d-dev', 'k3d image import a.tar --cluster dev'],
  ['minikube', 'minikube --profile minikube image load a.tar'],
])('context %s loads the image with its own tool', (context, command) => {
  const loader = loaderFor(context, 'a.tar');
  expect([loader?.program, ...(loader?.args ?? [])].join(' ')).toBe(command);
});

it('minikube is known by its provider, whatever the context is called', () => {
  expect(loaderFor('play', 'a.tar', minikubeProvider)).toEqual({
    program: 'minikube',
    args: ['--profile', 'play', 'image', 'load', 'a.tar'],
  });
});

it.each(['production', 'kind-', 'my-kind-cluster', 'gke_a_b_c'])('context %s needs a registry', (context) => {
  expect(loaderFor(context, 'a.tar')).toBeUndefined();
});
