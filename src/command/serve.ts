/** `serve`: the webhook and the coordinator. */
import { readServeConfig } from '../config.ts';
import { clientInCluster, explainError, type KubernetesClient } from '../kubernetes/client.ts';
import { type Overrides, startService } from '../service.ts';
import { createLogger } from '../telemetry/logger.ts';

/** Runs until SIGTERM or SIGINT; a second signal ends the process at once. Resolves with the exit code. */
export async function serve(
  env: NodeJS.ProcessEnv,
  connect: () => KubernetesClient = clientInCluster,
  overrides: Overrides = {},
): Promise<number> {
  const config = readServeConfig(env);
  const logger = createLogger(config.logLevel);
  // The process still ends: after an error that nobody caught its state is not known.
  process.on('uncaughtExceptionMonitor', (error) =>
    logger.error('ending after an error that nobody caught', { error: explainError(error) }),
  );
  // Before it serves: a signal that comes at once would end the process without a stop.
  const told = firstSignal();
  const service = await startService(config, connect(), logger, overrides);
  await told;
  await service.stop();
  return 0;
}

/** Resolves at the first signal; a second one ends the process. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0;
    const onSignal = () => {
      signals += 1;
      if (signals > 1) process.exit(1);
      resolve();
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}
