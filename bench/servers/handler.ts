/** The handler as it is shipped, guards, proof, metrics and log included, with the context of the pod held in memory. */
import type { Context } from '../../src/injection/index.ts';
import { createApp, createHttpsServer, listen } from '../../src/server/https.ts';
import { mutateRouter } from '../../src/server/mutate.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { pair, settings } from './settings.ts';

const context: Context = {
  namespace: 'shop',
  workload: {
    kind: 'StatefulSet',
    name: 'db',
    replicas: 3,
    serviceName: 'db',
    firstOrdinal: 0,
    podManagementPolicy: 'Parallel',
  },
  services: [{ name: 'db', headless: true, ports: [3306, 4567, 4568, 4444] }],
};
const { key, certificate, authority } = pair();
const router = mutateRouter({
  readContext: () => Promise.resolve(context),
  settings: () => ({
    version: '0.0.0',
    image: 'galera-injector:0.0.0',
    imagePullPolicy: 'IfNotPresent',
    coordinator: 'galera-injector.galera-system.svc:443',
    certificateAuthority: authority,
  }),
  logger: createLogger('info'),
  metrics: createMetrics('0.0.0'),
});
const app = createApp([router], () => 'serving');
await listen(createHttpsServer(app, { key, certificate, authority }), settings().port);
