/** How an image archive gets onto the nodes of a cluster that runs on the user's machine. */

/** The program that makes an image known to the nodes, and its arguments. */
export interface Loader {
  readonly program: 'kind' | 'k3d' | 'minikube';
  readonly args: readonly string[];
}

/** What minikube writes into the contexts it makes, whose names are free. */
export const minikubeProvider = 'minikube.sigs.k8s.io';

/**
 * The loader for a context, by the names that kind and k3d give to theirs; undefined for any other cluster.
 * @param provider the provider that an extension of the context names, if there is one
 */
export function loaderFor(context: string, archive: string, provider?: string): Loader | undefined {
  if (context === 'minikube' || provider === minikubeProvider)
    return { program: 'minikube', args: ['--profile', context, 'image', 'load', archive] };
  const [, tool, cluster = ''] = /^(kind|k3d)-(.+)$/.exec(context) ?? [];
  if (tool === 'kind')
    return { program: 'kind', args: ['load', 'image-archive', archive, '--name', cluster] };
  if (tool === 'k3d') return { program: 'k3d', args: ['image', 'import', archive, '--cluster', cluster] };
  return undefined;
}
