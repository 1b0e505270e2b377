/** `npm run bench -- --cluster`. */
import { benchOnCluster } from '../on-cluster.ts';
import { type Effort, measure } from './measure.ts';
import { sectionOf } from './report.ts';

const FULL: Effort = { warmUp: 100, pairs: 1_200 };
const SHORT: Effort = { warmUp: 20, pairs: 100 };

/** How long creating a pod takes with and without the webhook. */
export function benchCluster(short: boolean): Promise<void> {
  return benchOnCluster('bench on a cluster', short, async (host) => {
    const outcome = await measure(short ? SHORT : FULL);
    return sectionOf(outcome, host, process.env['E2E_BOOTED'] === 'yes');
  });
}
