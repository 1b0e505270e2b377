import { request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drained, open } from '../hostile/raw.ts';
import type { FakeApi } from '../kubernetes/fake-api.ts';
import { NAME } from './loopback.ts';
import { apiForServing, authorityIn, type ServeProcess, startServe } from './serve-process.ts';

let api: FakeApi;
let replica: ServeProcess;
let agent: Agent;
beforeEach(async () => {
  api = await apiForServing();
  agent = new Agent({ keepAlive: true });
  replica = await startServe(api);
});
afterEach(async () => {
  replica.process.kill('SIGKILL');
  agent.destroy();
  await api.close();
});

const ended = () =>
  new Promise<number | string | null>((resolve) => {
    replica.process.once('exit', (code, signal) => resolve(code ?? signal));
  });

const review = JSON.stringify({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'review-1',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    operation: 'CREATE',
    namespace: 'shop',
    object: {
      metadata: { name: 'db', labels: { galera: 'true' } },
      spec: { containers: [{ name: 'db', image: 'mariadb:11.8' }] },
    },
  },
});

/** Status and Connection header of a review's answer. */
function post(): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: replica.port,
        path: '/mutate?timeout=30s',
        method: 'POST',
        servername: NAME,
        ca: authorityIn(api),
        agent,
        headers: { 'Content-Type': 'application/json' },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(`${response.statusCode} ${response.headers.connection}`));
      },
    );
    call.on('error', reject);
    call.end(review);
  });
}

function ready(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = plainRequest({ host: '127.0.0.1', port: replica.adminPort, path: '/readyz' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', reject);
    call.end();
  });
}

/** Resolves when nobody takes new connections any more. */
async function closedToNewOnes(): Promise<void> {
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port: replica.port });
    const refused = await new Promise<boolean>((resolve) =>
      socket.once('connect', () => resolve(false)).once('error', () => resolve(true)),
    );
    socket.destroy();
    if (refused) return;
  }
}

/** Has a review wait for the API until it is released. */
async function reviewUnderWay(): Promise<{ answer: Promise<string>; release: () => void }> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let asked = (): void => undefined;
  const reading = new Promise<void>((resolve) => (asked = resolve));
  api.delay = (path) => {
    if (!path.endsWith('/services')) return undefined;
    asked();
    return released;
  };
  const answer = post();
  await reading;
  return { answer, release };
}

describe('a process that is told to stop', () => {
  it('is unready at once, goes on answering on connections that close, and exits with 0', async () => {
    expect([await ready(), await post()]).toEqual([200, '200 keep-alive']);
    const end = ended();
    replica.process.kill('SIGTERM');
    await replica.logged('stopping');
    expect([await ready(), await post()]).toEqual([503, '200 close']);
    expect(await end).toBe(0);
    expect(replica.lines.at(-1)?.message).toBe('stopped');
  });

  it('finishes the review that is under way when it closes, and tells a late one to ask another replica', async () => {
    const { answer, release } = await reviewUnderWay();
    const late = await open({ port: replica.port, authority: authorityIn(api) });
    const end = ended();
    replica.process.kill('SIGTERM');
    await closedToNewOnes();
    late.write(`POST /mutate HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`);
    const { text } = await drained(late);
    expect(text).toMatch(/^HTTP\/1\.1 503 /);
    expect(text).toMatch(/^Retry-After: 0\r$/m);
    expect(text).toMatch(/^Connection: close\r$/m);
    release();
    expect(await answer).toBe('200 close');
    expect(await end).toBe(0);
  });

  it('exits at once at a second signal', async () => {
    const end = ended();
    replica.process.kill('SIGTERM');
    await replica.logged('stopping');
    replica.process.kill('SIGINT');
    expect(await end).toBe(1);
    expect(replica.lines.some(({ message }) => message === 'stopped')).toBe(false);
  });
});
