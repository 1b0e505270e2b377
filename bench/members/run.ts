/** `npm run bench -- --members`. */
import { benchOnCluster } from '../on-cluster.ts';
import { type Effort, measure } from './measure.ts';
import { sectionOf } from './report.ts';

const FULL: Effort = { rounds: 6, seconds: 10 };
const SHORT: Effort = { rounds: 1, seconds: 3 };

/** How long clusters take to form and to commit with TLS among their members and without. */
export function benchMembers(short: boolean): Promise<void> {
  const effort = short ? SHORT : FULL;
  return benchOnCluster('bench of members', short, async (host) =>
    sectionOf(await measure(effort), effort, host),
  );
}
