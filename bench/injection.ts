/** What the measured injection is told of a pod and of the injector. */
import type { Context, Settings } from '../src/injection/index.ts';

/** Around the pod of the bench: a StatefulSet of three with its headless Service. */
export const CONTEXT = {
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
} as const satisfies Context;

/** The settings of an injector with this authority, PEM. */
export function settingsWith(certificateAuthority: string): Settings {
  return {
    version: '0.0.0',
    image: 'galera-injector:0.0.0',
    imagePullPolicy: 'IfNotPresent',
    coordinator: 'galera-injector.galera-system.svc:443',
    certificateAuthority,
  };
}
