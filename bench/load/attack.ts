/** The attack set: every hostile input at once, from four addresses, until told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { open, post, type Target } from './connection.ts';

const MIB = 1024 * 1024;

const ofFields = (bytes: number) => `{"a":[${'{"name":"x","value":"y"},'.repeat(Math.floor(bytes / 25))}0]}`;

/** How many callers do what; each repeats it without pause. */
function hostileBodies(): readonly (readonly [string, number, Buffer])[] {
  return [
    ['bodies of 6.9 MB, the most that is read, of one text', 2, post(`{"a":"${'x'.repeat(6.9e6)}"}`)],
    ['bodies of 2.7 MB of many fields', 4, post(ofFields(2.7e6))],
    ['bodies of 450 kB of many fields', 2, post(ofFields(450e3))],
    ['bodies of 8 MB, too large', 2, post('x'.repeat(8 * MIB))],
    ['lists in lists, a million deep', 1, post('['.repeat(MIB))],
    ['text that is not JSON', 2, post('{"apiVersion": oh no')],
    ['compressed bodies', 1, post('x'.repeat(1_000), ['Content-Encoding: gzip'])],
  ];
}

/** Starts the attack; the function that comes back ends it. Progress is nobody's concern here. */
export function attack(target: Target): () => void {
  let over = false;
  const ended = () => over;
  let nextAddress = 0;
  const address = () => `127.0.0.${2 + (nextAddress++ % 4)}`;
  for (const [, callers, request] of hostileBodies()) {
    for (let caller = 0; caller < callers; caller += 1)
      void repeat({ ...target, from: address() }, request, ended);
  }
  const slowBody = Buffer.from(post('x'.repeat(200_000)).subarray(0, 60_000));
  const slowHeaders = Buffer.from('POST /mutate HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  for (let caller = 0; caller < 100; caller += 1) void drip({ ...target, from: address() }, slowBody, ended);
  for (let caller = 0; caller < 100; caller += 1)
    void drip({ ...target, from: address() }, slowHeaders, ended);
  for (let caller = 0; caller < 200; caller += 1) void hold({ ...target, from: address() }, ended);
  void churn({ ...target, from: address() }, ended);
  return () => (over = true);
}

/** Sends again and again, on a new connection wherever the server ended the last. */
async function repeat(target: Target, request: Buffer, ended: () => boolean): Promise<void> {
  while (!ended()) {
    try {
      const connection = await open(target);
      while (!ended() && !connection.socket.destroyed) {
        await connection.ask(request);
        await sleep(5);
      }
      connection.socket.destroy();
    } catch {
      await sleep(20);
    }
  }
}

/** A beginning, and then a byte a second. */
async function drip(target: Target, beginning: Buffer, ended: () => boolean): Promise<void> {
  while (!ended()) {
    const connection = await open(target).catch(() => null);
    connection?.socket.on('error', () => undefined).write(beginning);
    while (!ended() && connection?.socket.destroyed === false) {
      connection.socket.write('x');
      await sleep(1_000);
    }
    connection?.socket.destroy();
    await sleep(200);
  }
}

/** A connection that asks nothing. */
async function hold(target: Target, ended: () => boolean): Promise<void> {
  while (!ended()) {
    const connection = await open(target).catch(() => null);
    connection?.socket.on('error', () => undefined);
    while (!ended() && connection?.socket.destroyed === false) await sleep(500);
    connection?.socket.destroy();
    await sleep(200);
  }
}

/** Handshakes and nothing else, thirty a second. */
async function churn(target: Target, ended: () => boolean): Promise<void> {
  while (!ended()) {
    await open(target).then(
      ({ socket }) => socket.destroy(),
      () => undefined,
    );
    await sleep(33);
  }
}
