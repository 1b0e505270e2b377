import { connect as connectTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drained, open, sendPlain, sendRaw, statusIn } from './raw.ts';
import { responseOf, reviewOf, startWebhook, type Webhook } from './webhook.ts';

/** As in production, but in seconds; much less is not enough for fifty handshakes on a busy machine. */
const LIMITS = {
  handshakeMs: 1_000,
  headersMs: 1_000,
  requestMs: 2_000,
  checkMs: 100,
  connections: 60,
  connectionsPerAddress: 40,
};

let webhook: Webhook;
beforeAll(async () => (webhook = await startWebhook(LIMITS)));
afterAll(() => webhook.close());

const lines = (...text: string[]) => [...text, '', ''].join('\r\n');
const review = JSON.stringify(reviewOf());
const POST = ['POST /mutate HTTP/1.1', 'Host: x', 'Content-Type: application/json'];
async function stillServes(one = webhook): Promise<void> {
  let reply = await one.post(reviewOf()).catch(() => null);
  while (reply === null) reply = await one.post(reviewOf()).catch(() => null);
  responseOf(reply);
}

describe('D. slow and idle callers', () => {
  it('65: headers that never end are given up', async () => {
    const socket = await open(webhook);
    const dripping = setInterval(() => socket.write('X-Slow: 1\r\n'), 20);
    socket.write('POST /mutate HTTP/1.1\r\nHost: x\r\n');
    const { text } = await drained(socket);
    clearInterval(dripping);
    expect(statusIn(text)).toBe(408);
  });

  it('65: a body that drips is given up', async () => {
    const socket = await open(webhook);
    const dripping = setInterval(() => socket.write(' '), 20);
    socket.write(lines(...POST, 'Content-Length: 100000'));
    const { text } = await drained(socket);
    clearInterval(dripping);
    expect(statusIn(text)).toBe(408);
  });

  it('66: connections that ask nothing are closed', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => open(webhook)));
    const ends = await Promise.all(sockets.map((socket) => drained(socket)));
    expect(ends.filter(({ text }) => text.includes('200 OK'))).toEqual([]);
    await stillServes();
  });

  it('66: one address has only so many connections', async () => {
    // None is closed for another reason, however long fifty handshakes take.
    const patient = await startWebhook({
      ...LIMITS,
      handshakeMs: 60_000,
      headersMs: 60_000,
      requestMs: 60_000,
    });
    const tries = await Promise.allSettled(Array.from({ length: 50 }, () => open(patient)));
    const sockets = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(sockets.length).toBeLessThanOrEqual(LIMITS.connectionsPerAddress);
    expect(sockets.length).toBeGreaterThan(0);
    for (const socket of sockets) socket.destroy();
    await stillServes(patient);
    await patient.close();
  });

  it('67: a connection without a TLS hello, or with half of one, is dropped', async () => {
    const silent = connectTcp({ host: '127.0.0.1', port: webhook.port });
    const half = connectTcp({ host: '127.0.0.1', port: webhook.port });
    half.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    const outcomes = await Promise.all([drained(silent), drained(half)]);
    for (const { text } of outcomes) expect(text).not.toContain('HTTP/');
    await stillServes();
  });

  it('an idle connection that has asked before is kept: the API server comes back to it', async () => {
    const socket = await open(webhook);
    const asked = () => {
      socket.write(lines(...POST, `Content-Length: ${review.length}`) + review);
      return new Promise<string>((resolve) =>
        socket.once('data', (part: Buffer) => resolve(part.toString())),
      );
    };
    expect(statusIn(await asked())).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 3 * LIMITS.requestMs));
    expect(statusIn(await asked())).toBe(200);
    socket.destroy();
  });
});

describe('D. TLS', () => {
  const handshake = async (tweak: object) => open(webhook, tweak);

  it('69: TLS 1.0 and 1.1 are refused', async () => {
    for (const version of ['TLSv1', 'TLSv1.1'] as const) {
      await expect(
        handshake({ minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }),
      ).rejects.toThrow(/protocol version|unsupported protocol/i);
    }
    await stillServes();
  });

  it('69: a weak cipher is refused', async () => {
    const tweak = { maxVersion: 'TLSv1.2', ciphers: 'NULL-SHA256:@SECLEVEL=0' };
    await expect(handshake(tweak)).rejects.toThrow(/handshake failure|no ciphers/i);
  });

  it.each([
    ['plain HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    [
      'an SSLv2 hello',
      Buffer.from('802e0100020015000000100100800200800300800400800500800600400700c0', 'hex'),
    ],
    ['rubbish', Buffer.alloc(10_000, 0xff)],
  ])('69: %s is answered by nothing but an alert', async (_what, bytes) => {
    const { text } = await sendPlain(webhook, bytes);
    expect(text).not.toContain('HTTP/');
    expect(webhook.lines.join('')).not.toContain('SSL');
    await stillServes();
  });

  it('70: TLS 1.2 renegotiation is refused', async () => {
    const socket = await handshake({ maxVersion: 'TLSv1.2' });
    const outcome = new Promise<string>((resolve) => {
      for (const name of ['error', 'close']) socket.once(name, () => resolve('refused'));
      socket.resume().renegotiate({}, (error) => resolve(error === null ? 'renegotiated' : 'refused'));
    });
    expect(await outcome).toBe('refused');
    socket.destroy();
    await stillServes();
  });

  it.each(['other.example', '', 'x'.repeat(63) + '.example', `${'abcdefgh.'.repeat(27)}example`])(
    '71: the server name %j gets the one certificate',
    async (servername) => {
      const socket = await handshake({ servername, rejectUnauthorized: false });
      expect(socket.getPeerCertificate().subjectaltname).toContain('galera-injector');
      socket.destroy();
    },
  );

  it('72: HTTP/2 is not offered', async () => {
    await expect(handshake({ ALPNProtocols: ['h2'] })).rejects.toThrow(/no application protocol/i);
    const socket = await handshake({ ALPNProtocols: ['h2', 'http/1.1'] });
    expect(socket.alpnProtocol).toBe('http/1.1');
    socket.destroy();
  });
});

describe('D. malformed HTTP', () => {
  const big = (count: number, value: string) => Array.from({ length: count }, (_, at) => `X-${at}: ${value}`);
  const withBody = (...headers: string[]) => lines(...POST, ...headers) + review;

  it.each([
    ['73: headers of more than 16 KB', lines(...POST, ...big(1, 'x'.repeat(20_000))), 431],
    ['73: a header with a bare line feed', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\nc\r\n\r\n', 400],
    ['74: two Content-Lengths', withBody('Content-Length: 5', `Content-Length: ${review.length}`), 400],
    [
      '74: Content-Length and Transfer-Encoding',
      withBody(`Content-Length: ${review.length}`, 'Transfer-Encoding: chunked'),
      400,
    ],
    ['74: a folded header', lines(...POST, 'A: b', ' folded', 'Content-Length: -1'), 400],
    ['74: a chunk of no size', lines(...POST, 'Transfer-Encoding: chunked') + 'zz\r\nabc\r\n', 400],
    [
      '74: a chunk size beyond all numbers',
      lines(...POST, 'Transfer-Encoding: chunked') + 'f'.repeat(20) + '\r\n',
      400,
    ],
    ['75: no Host', lines('GET / HTTP/1.1'), 400],
    ['rubbish in place of a request', '\u0000\u0001\u0002\r\n\r\n', 400],
  ])('%s', async (_what, bytes, status) => {
    const { text } = await sendRaw(webhook, bytes);
    expect(statusIn(text)).toBe(status);
    await stillServes();
  });

  it('73: headers called __proto__, and 2,000 of them, are no fault', async () => {
    const few = lines('GET /x HTTP/1.1', 'Host: x', '__proto__: x', 'constructor: y', 'Connection: close');
    expect(statusIn((await sendRaw(webhook, few)).text)).toBe(404);
    const many = lines('GET /x HTTP/1.1', 'Host: x', 'Connection: close', ...big(1_900, ''));
    expect(statusIn((await sendRaw(webhook, many)).text)).toBe(404);
  });

  it('75: pipelined requests are answered in order', async () => {
    const one = (path: string, last = false) =>
      lines(`GET ${path} HTTP/1.1`, 'Host: x', ...(last ? ['Connection: close'] : []));
    const { text } = await sendRaw(webhook, one('/a') + one('/b') + one('/c', true));
    expect([...text.matchAll(/at GET (\/\w)/g)].map(([, path]) => path)).toEqual(['/a', '/b', '/c']);
  });

  it('75: Expect: 100-continue and HTTP/1.0 are answered', async () => {
    const headers = ['Expect: 100-continue', 'Connection: close', `Content-Length: ${review.length}`];
    const { text } = await sendRaw(webhook, withBody(...headers));
    expect(text).toMatch(/^HTTP\/1\.1 100 [\s\S]*HTTP\/1\.1 200 /);
    const old = lines(
      'POST /mutate HTTP/1.0',
      'Content-Type: application/json',
      `Content-Length: ${review.length}`,
    );
    expect(statusIn((await sendRaw(webhook, old + review)).text)).toBe(200);
  });

  it.each([
    ['GET', '/mutate'],
    ['PUT', '/mutate'],
    ['OPTIONS', '/mutate'],
    ['TRACE', '/mutate'],
    ['POST', '/'],
    ['POST', '//mutate'],
    ['POST', '/mutate/../mutate/x'],
    ['POST', '/%2e%2e/mutate'],
    ['POST', '/mutate%00'],
    ['POST', '/%'],
    ['POST', '/metrics'],
    ['GET', '/debug/pprof'],
    ['GET', '/json'],
    ['GET', `/${'x'.repeat(8_000)}`],
  ])('76, 78: %s %s is an error in JSON, never a redirect', async (method, path) => {
    const { text } = await sendRaw(
      webhook,
      lines(`${method} ${path} HTTP/1.1`, 'Host: x', 'Connection: close'),
    );
    expect([400, 404, 405]).toContain(statusIn(text));
    expect(text).toContain('{"kind":"Status",');
    expect(text).not.toMatch(/^location:/im);
  });
});
