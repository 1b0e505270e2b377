/** `serve` in a process of its own, with the cluster of KUBECONFIG and a short lame-duck period. */
import { serve } from '../../src/command/serve.ts';
import { clientFor } from '../../src/kubernetes/client.ts';

process.exitCode = await serve(process.env, () => clientFor(), { lameDuckMs: 400 });
