import type { CoreV1Event, V1ContainerStatus } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { databaseContainer, type Observed, phaseOf } from './phase.ts';

const early = '2026-01-01T10:00:00Z';
const late = '2026-01-01T10:05:00Z';

function pod(server: Partial<V1ContainerStatus> = {}, ready = false) {
  const containers = [{ name: 'log' }, { name: 'mariadb', command: ['/galera/start'] }];
  return {
    metadata: { name: 'db-1' },
    spec: { containers },
    status: {
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'mariadb', image: 'mariadb:11.8', ...server } as V1ContainerStatus],
    },
  };
}

function running(startedAt = early): Partial<V1ContainerStatus> {
  return { state: { running: { startedAt: new Date(startedAt) } } };
}

function event(reason: string, message: string, at = early): CoreV1Event {
  return { metadata: {}, involvedObject: {}, reason, message, lastTimestamp: new Date(at) };
}

function phase(observed: Partial<Observed>): string {
  return phaseOf({ pod: pod(running()), events: [], log: '', ...observed });
}

describe('a member before its server runs', () => {
  it('waits for a node when none has room', () => {
    const status = { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes' }] };
    expect(phase({ pod: { ...pod(), status } })).toBe('waits for a node: 0/1 nodes');
  });

  it('waits for its image, and says which cannot be had', () => {
    expect(phase({ pod: pod({ state: { waiting: { reason: 'PodInitializing' } } }) })).toContain(
      'waits for its images',
    );
    const waiting = { reason: 'ImagePullBackOff', message: 'not found' };
    expect(phase({ pod: pod({ state: { waiting } }) })).toBe('cannot get the image mariadb:11.8: not found');
  });

  it('runs galera-init', () => {
    const created = pod({ state: {} });
    const init = { name: 'galera-init', ...running() } as V1ContainerStatus;
    const starting = { ...created, status: { ...created.status, initContainerStatuses: [init] } };
    expect(phase({ pod: starting })).toContain('galera-init');
    expect(phase({ pod: starting, events: [event('GaleraWaiting', 'db-0 forms the cluster first')] })).toBe(
      'waits: db-0 forms the cluster first',
    );
  });

  it('is started again later when it ended', () => {
    const lastState = { terminated: { exitCode: 7 } };
    const ended = pod({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState });
    expect(phase({ pod: ended })).toContain('ended with 7');
  });

  it('says that it was not injected', () => {
    const plain = { ...pod(), spec: { containers: [{ name: 'mariadb' }] } };
    expect(phase({ pod: plain })).toContain('was not injected');
    expect(databaseContainer(pod())).toBe('mariadb');
  });
});

describe('a member that was told what to do', () => {
  it('follows the last decision', () => {
    const events = [event('GaleraWaiting', 'a'), event('Started', 'b'), event('GaleraBootstrap', 'c')];
    expect(phase({ events: events.slice(0, 2) })).toBe('waits: a');
    expect(phase({ events })).toBe('forms the cluster: c');
    expect(phase({ events: [...events, event('GaleraRefused', 'd')] })).toBe('is refused: d');
  });

  it('asks again after a restart, whatever it was told before', () => {
    const events = [event('GaleraWaiting', 'a', early)];
    expect(phase({ pod: pod({ ...running(late), restartCount: 1 }), events })).toContain(
      'asks the coordinator',
    );
    expect(phase({ pod: pod({ ...running(late), restartCount: 0 }), events })).toBe('waits: a');
  });
});

describe('a joiner', () => {
  const log = [
    'galera-injector: joining cluster db through 198.51.100.1',
    '0 [Note] WSREP: Server status change connected -> joiner',
    '0 [Note] WSREP: Requesting state transfer failed: No donor candidates temporarily available',
    "0 [Note] WSREP: Member 2.0 (db-1) requested state transfer from '*any*'. Selected 0.0 (db-0)(SYNCED) as donor.",
    "0 [Note] WSREP: Member 1.0 (db-2) requested state transfer from '*any*'. Selected 0.0 (db-0)(SYNCED) as donor.",
    '3 [Note] WSREP: Server status change joiner -> initializing',
    '3 [Note] WSREP: Server status change initialized -> joined',
    '3 [Note] WSREP: Server status change joined -> synced',
  ];

  it.each([
    [1, 'connects to the members that serve'],
    [2, 'asks the members for their data'],
    [3, 'waits until a donor is free'],
    [4, 'gets a copy of the data from db-0'],
    [5, 'gets a copy of the data from db-0'],
    [6, 'starts with the data it got'],
    [7, 'catches up'],
    [8, 'has all data'],
  ])('that logged %i lines: %s', (lines, words) => {
    expect(phase({ events: [event('GaleraJoining', '')], log: log.slice(0, lines).join('\n') })).toContain(
      words,
    );
  });
});

describe('a server that answers', () => {
  const node = { state: 'Synced', status: 'Primary', size: 3, uuid: 'u' };
  const ready = pod(running(), true);

  it('is Synced in a cluster of so many', () => {
    expect(phase({ pod: ready, node })).toBe('Synced, in a cluster of 3');
    expect(phase({ pod: ready, node: { ...node, state: 'Donor/Desynced' } })).toContain('gives a copy');
    expect(phase({ pod: ready, node: { ...node, state: 'Joined' } })).toBe('Joined');
  });

  it('is cut off outside of the primary component', () => {
    expect(phase({ pod: ready, node: { ...node, status: 'non-Primary' } })).toContain('cut off');
  });

  it('counts only when its probes agree', () => {
    expect(phase({ node })).not.toContain('Synced');
  });
});
