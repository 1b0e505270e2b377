/** Puts the servers that were seen into the report of each test, from which `npm run images-matrix` takes them. */
import { afterEach } from 'vitest';
import { type Server, serversSeen } from './servers.ts';

declare module 'vitest' {
  interface TaskMeta {
    servers?: readonly Server[];
  }
}

afterEach(({ task }) => {
  task.meta.servers = serversSeen();
});
