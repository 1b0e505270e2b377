/** `serve`: the webhook and the coordinator. */
import { readServeConfig } from '../config.ts';
import { clientInCluster, type KubernetesClient } from '../kubernetes/client.ts';
import { type Overrides, startService } from '../service.ts';
import { createLogger } from '../telemetry/logger.ts';

/** Runs until SIGTERM or SIGINT; a second signal ends the process at once. Resolves with the exit code. */
export async function serve(
  env: NodeJS.ProcessEnv,
  connect: () => KubernetesClient = clientInCluster,
  overrides: Overrides = {},
): Promise<number> {
  const config = readServeConfig(env);
  const service = await startService(config, connect(), createLogger(config.logLevel), overrides);
  await new Promise<void>((resolve) => {
    let signals = 0;
    const onSignal = () => {
      signals += 1;
      if (signals > 1) process.exit(1);
      resolve();
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
  await service.stop();
  return 0;
}
