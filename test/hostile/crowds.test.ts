import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { open } from './raw.ts';
import { responseOf, reviewOf, startWebhook, type Webhook } from './webhook.ts';

const MINUTE = 60_000;
const LIMITS = {
  handshakeMs: MINUTE,
  headersMs: MINUTE,
  requestMs: MINUTE,
  checkMs: MINUTE,
  connections: 12,
  connectionsPerAddress: 5,
};

let webhook: Webhook;
let sockets: TLSSocket[];
beforeEach(async () => {
  webhook = await startWebhook(LIMITS);
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await webhook.close();
});

/** Opens so many connections from an address and keeps them; those that were refused are not among them. */
async function hold(address: string, count: number): Promise<readonly TLSSocket[]> {
  const opened: TLSSocket[] = [];
  for (let left = count; left > 0; left -= 1) {
    const socket = await open(webhook, { localAddress: address } as object).catch(() => null);
    if (socket === null) continue;
    socket.on('error', () => undefined);
    opened.push(socket);
  }
  sockets.push(...opened);
  return opened;
}

describe('D. crowds', () => {
  it('66: callers of other addresses that hold every connection there is do not keep a new one out', async () => {
    for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) await hold(address, 4);
    for (let turn = 0; turn < 5; turn += 1)
      expect(responseOf(await webhook.post(reviewOf()))).toMatchObject({ allowed: true });
  });

  it('66: whoever holds the most gives way, its oldest first, and all others keep theirs', async () => {
    const [most, others] = [await hold('127.0.0.2', 5), await hold('127.0.0.3', 4)];
    const few = await hold('127.0.0.4', 3);
    const gone = new Promise<void>((resolve) => most[0]?.once('close', () => resolve()));
    responseOf(await webhook.post(reviewOf()));
    await gone;
    for (const socket of [...most.slice(1), ...others, ...few]) expect(socket.destroyed).toBe(false);
  });

  it('66: whoever holds the most itself gets no more while there is no room', async () => {
    const others = [...(await hold('127.0.0.2', 4)), ...(await hold('127.0.0.3', 4))];
    await hold('127.0.0.4', 4);
    expect(await hold('127.0.0.4', 1)).toEqual([]);
    for (const socket of others) expect(socket.destroyed).toBe(false);
  });
});
