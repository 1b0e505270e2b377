/** The handler as it is shipped, guards, proof, metrics and log included, with the context of the pod held in memory. */
import { createApp, createHttpsServer, listen } from '../../src/server/https.ts';
import { mutateRouter } from '../../src/server/mutate.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { CONTEXT, settingsWith } from '../injection.ts';
import { pair, settings } from './settings.ts';

const { key, certificate, authority } = pair();
const told = settingsWith(authority);
const router = mutateRouter({
  readContext: () => Promise.resolve(CONTEXT),
  settings: () => told,
  logger: createLogger('info'),
  metrics: createMetrics('0.0.0'),
});
const app = createApp([router], () => 'serving');
await listen(createHttpsServer(app, { key, certificate, authority }), settings().port);
