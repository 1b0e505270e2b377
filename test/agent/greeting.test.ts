/** What counts as another member that answers: a server that greets, and not whatever takes a connection. */
import type { Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER } from './directory.ts';
import { GREETING, type Listener, listenAt, sends, TOO_MANY } from './member.ts';
import { type Pod, podForEachTest, type RunningScript } from './pod.ts';

let coordinator: StubCoordinator;
let pod: Pod;
let listening: Server | undefined;

podForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});
afterEach(() => listening?.close());

/** A start beside something that listens at the other member's address. */
async function startBeside(listener: Listener): Promise<RunningScript> {
  listening = await listenAt('127.0.0.11', 0, listener);
  const address = listening.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return pod.start('entrypoint.sh', 'mariadbd', `--port=${port}`);
}

const NO_SERVER: readonly (readonly [string, Listener])[] = [
  ['a proxy that closes, having nobody behind it', sends('')],
  ['a proxy that resets', (socket) => void socket.resetAndDestroy()],
  ['a listener that stays silent', () => undefined],
  ['a proxy that answers by HTTP', sends('HTTP/1.1 503 Service Unavailable\r\n\r\n')],
  ['one that sends a TLS alert', sends(Buffer.from([0x15, 3, 1, 0, 2, 2, 40]))],
  ['one that breaks off in a greeting', sends(GREETING.subarray(0, 4))],
  ['one that sends a later packet', sends(Buffer.from([7, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0]))],
  ['SSH', sends('SSH-2.0-OpenSSH_9.2\r\n')],
];

/** A server at its limits sends one of these instead of its greeting, and runs all the same. */
const SERVER: readonly (readonly [string, Listener])[] = [
  ['its greeting', sends(GREETING)],
  ['its greeting in single bytes', (socket) => void sendSlowly(socket)],
  ['that it has too many connections', sends(TOO_MANY)],
];

async function sendSlowly(socket: Parameters<Listener>[0]): Promise<void> {
  socket.setNoDelay(true);
  for (const byte of GREETING) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.write(Buffer.from([byte]));
  }
  socket.end();
}

describe.each(NO_SERVER)('%s is no member', (_what, listener) => {
  it('does not keep a node from its bootstrap', async () => {
    coordinator.answers = [`bootstrap - as ${CLUSTER}`, 'refuse this test expects one question'];
    expect((await (await startBeside(listener)).finished).code).toBe(0);
    expect((await pod.handover()).arguments).toContain('--wsrep-new-cluster');
  });

  it('is not joined', async () => {
    coordinator.answers = ['join 127.0.0.11 sure'];
    const script = await startBeside(listener);
    await script.logged('waiting until one of 127.0.0.11 answers on port');
    script.kill('SIGTERM');
    await script.finished;
    expect(pod.has('record.arguments')).toBe(false);
  });

  it('does not let a node join without the coordinator', async () => {
    await pod.write('galera/coordinator', 'localhost:1');
    await pod.write('galera/acknowledged', '9-9 - 3\n');
    const script = await startBeside(listener);
    await script.logged('no member answers on port');
    script.kill('SIGTERM');
    await script.finished;
    expect(pod.has('record.arguments')).toBe(false);
  });
});

describe.each(SERVER)('a member that sends %s', (_what, listener) => {
  it('answers', async () => {
    coordinator.answers = ['join 127.0.0.11 sure', 'refuse this test expects one question'];
    expect((await (await startBeside(listener)).finished).code).toBe(0);
  });
});
