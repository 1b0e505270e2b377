/** Two nodes with real servers for each test, where such can be run. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { issue, type MemberPair } from '../../../src/authority/issue.ts';
import { type StubCoordinator, startCoordinator } from '../coordinator.ts';
import { addressIn, hostOf, IPV4, missing, RealNode } from './node.ts';

/** The uuid under which the first node forms the cluster. */
export const CLUSTER = '6a3c54b1-0e5c-4a7e-9d53-2f1f0f3b9c11';
const DAY = 24 * 3_600_000;
/** What the coordinator makes certificates from. */
export const LIVES = { leaf: 60 * DAY, authority: 3_650 * DAY, overlap: 7 * DAY };
export const ROOT = { id: '0a0b0c0d', born: Date.now() - 8 * DAY, secret: Buffer.alloc(32, 7) };

/** What the coordinator gives a member. */
export function memberPair(name: string, cluster = 'db', now = Date.now()): Promise<MemberPair> {
  const subject = { namespaceUid: 'n-1', cluster, names: ['galera-member', name], addresses: [] };
  return issue(subject, [ROOT], now, LIVES);
}

/** The answer that sends the second node to the first one. */
export const JOIN = `join ${addressIn(IPV4, 0)}`;

/** For one test, in milliseconds: it starts several servers. */
export const TIMEOUT = 240_000;

/** What a test is given; the nodes are new for each of them. */
export interface Nodes {
  readonly coordinator: () => StubCoordinator;
  readonly first: () => RealNode;
  readonly second: () => RealNode;
  /** Forms the cluster of the first node, with a row in shop.t, and sends the second one to join it. */
  readonly formed: (...options: string[]) => Promise<void>;
  /** What the next start reports; it is refused, so that nothing else happens. */
  readonly report: (node: RealNode, ...options: string[]) => Promise<Readonly<Record<string, string>>>;
}

const why = process.env['GALERA_REAL_SERVER'] === '1' ? missing() : 'set GALERA_REAL_SERVER=1 to run it';
if (why !== null) process.stderr.write(`tests on real data directories are skipped: ${why}\n`);
/** Whether real servers cannot be run here; the reason is printed. */
export const unavailable = why !== null;

/** Registers the set-up of a suite; the first node's first start is granted a bootstrap as `CLUSTER`. */
export function realNodes(network = IPV4): Nodes {
  let coordinator: StubCoordinator;
  let first: RealNode;
  let second: RealNode;

  beforeAll(async () => {
    coordinator = await startCoordinator();
    coordinator.confirms = true;
  });
  afterAll(() => coordinator.close());

  beforeEach(async () => {
    coordinator.reset();
    first = await RealNode.create(coordinator, 0, network);
    second = await RealNode.create(coordinator, 1, network);
    coordinator.answers = [`bootstrap - as ${CLUSTER}`, 'ok'];
  });
  afterEach(async () => {
    await second.remove();
    await first.remove();
  }, TIMEOUT);

  return {
    coordinator: () => coordinator,
    first: () => first,
    second: () => second,
    formed: async (...options) => {
      await first.startSynced(...options);
      await first.sql(
        "CREATE DATABASE IF NOT EXISTS shop; CREATE TABLE shop.t (m TEXT); INSERT INTO shop.t VALUES ('row')",
      );
      coordinator.answers = [`join ${hostOf(addressIn(network, 0))}`, 'ok'];
    },
    report: async (node, ...options) => {
      coordinator.reset();
      coordinator.answers = ['refuse the test has seen enough'];
      await node.start(...options).finished;
      return coordinator.calls[0]?.fields ?? {};
    },
  };
}
