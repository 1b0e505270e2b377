import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { open, sendRaw, statusIn } from './raw.ts';
import { POD, responseOf, reviewOf, startWebhook, type Webhook } from './webhook.ts';

let webhook: Webhook;
beforeEach(async () => (webhook = await startWebhook()));
afterEach(async () => {
  // Whatever happened, the next good review is answered: responseOf throws for anything else.
  responseOf(await webhook.post(reviewOf()));
  await webhook.close();
});

const MEBIBYTE = 1024 * 1024;
const head = (...lines: string[]) =>
  ['POST /mutate HTTP/1.1', 'Host: x', 'Content-Type: application/json', ...lines, '', ''].join('\r\n');
const event = (socket: NodeJS.EventEmitter, name: string) =>
  new Promise<void>((resolve) => socket.once(name, () => resolve()));
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

describe('D. hostile bodies', () => {
  it.each(['{"a":', '{', '', 'null', '[]', '"x"', '7', '\uFEFF{}', '{"a":1}}'])(
    '56: the body %j is a bad request, in JSON and without a stack',
    async (body) => {
      const reply = await webhook.post(body);
      expect(reply.status).toBe(400);
      expect(reply.headers['content-type']).toContain('application/json');
      expect(JSON.parse(reply.body)).toMatchObject({ kind: 'Status', status: 'Failure', code: reply.status });
      expect(reply.body).not.toMatch(/\bat |node_modules|\.ts/);
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'application/json; charset=bogus',
    'application/jsonx',
    '',
  ])('57: the content type %j is not supported', async (type) => {
    expect((await webhook.post(reviewOf(), { 'Content-Type': type })).status).toBe(415);
  });

  it.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8'])(
    '57: the content type %j is',
    async (type) => {
      expect((await webhook.post(reviewOf(), { 'Content-Type': type })).status).toBe(200);
    },
  );

  it('58: a body over the limit is refused by its Content-Length, before a byte of it is sent', async () => {
    const { text } = await sendRaw(webhook, head(`Content-Length: ${64 * MEBIBYTE}`));
    expect(statusIn(text)).toBe(413);
    expect(text).toMatch(/connection: close/i);
  });

  it('59: a chunked body without end is cut off at the limit', async () => {
    const socket = await open(webhook);
    const answer = event(socket, 'data');
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part)).on('error', () => undefined);
    socket.write(head('Transfer-Encoding: chunked'));
    const block = chunk('x'.repeat(64 * 1024));
    let sent = 0;
    while (!socket.destroyed && parts.length === 0 && sent < 32 * MEBIBYTE) {
      sent += block.length;
      if (!socket.write(block)) await Promise.race([event(socket, 'drain'), event(socket, 'close'), answer]);
    }
    socket.destroy();
    expect(statusIn(Buffer.concat(parts).toString())).toBe(413);
    expect(sent).toBeLessThan(16 * MEBIBYTE);
  });

  it.each(['gzip', 'br', 'deflate', 'GZIP', 'gzip, gzip', 'x'])(
    '60: a body in %j is refused',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(4 * MEBIBYTE));
      expect((await webhook.post(bomb, { 'Content-Encoding': encoding })).status).toBe(415);
    },
  );

  it.each([
    ['61: a million lists in each other', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
    ['61: seven mebibytes of open brackets', '['.repeat(7 * MEBIBYTE)],
    [
      '61: 5,000 objects in each other inside an annotation',
      JSON.stringify(reviewOf()).replace(
        '"labels"',
        `"annotations":{"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}},"labels"`,
      ),
    ],
    [
      '62: three mebibytes of tiny keys',
      `{${Array.from({ length: 300_000 }, (_, at) => `"${at}":1`).join(',')}}`,
    ],
    ['62: seven mebibytes of commas', `[${'1,'.repeat(3_500_000)}1]`],
    ['62: many small lists', `[${Array.from({ length: 10_000 }, () => `[${'1,'.repeat(100)}1]`).join(',')}]`],
  ])('%s is refused before it is parsed', async (_what, body) => {
    const reply = await webhook.post(body);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatch(/levels deep|members/);
  });

  it('61: brackets and commas in text count for nothing', async () => {
    const note = `${'[{,'.repeat(100_000)}\\"${'\\'.repeat(1_001)}`;
    const annotations = { note };
    expect(
      (await webhook.post(reviewOf({ ...POD, metadata: { ...POD.metadata, annotations } }))).status,
    ).toBe(200);
  });

  it('63: large bodies beyond the budget are told to come again, small ones are not', async () => {
    const held = await Promise.all(
      [0, 1].map(async () => {
        const socket = await open(webhook);
        socket.write(head(`Content-Length: ${7 * MEBIBYTE}`));
        socket.write(Buffer.alloc(7 * MEBIBYTE - 1, ' '));
        return socket;
      }),
    );
    for (const socket of held) if (socket.writableLength > 0) await event(socket, 'drain');
    const large = JSON.stringify(reviewOf()) + ' '.repeat(2 * MEBIBYTE);
    let reply = await webhook.post(large);
    for (let turn = 0; turn < 50 && reply.status === 200; turn += 1) reply = await webhook.post(large);
    expect(reply).toMatchObject({ status: 429, headers: { 'retry-after': '1', connection: 'close' } });
    expect((await webhook.post(reviewOf())).status).toBe(200);
    for (const socket of held) socket.destroy();
    while ((await webhook.post(large)).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('64: a caller that leaves in the middle of its body leaves nothing behind', async () => {
    for (let turn = 0; turn < 50; turn += 1) {
      const socket = await open(webhook);
      socket.write(head(`Content-Length: ${MEBIBYTE}`) + '{"a":');
      socket.destroy();
    }
    expect((await webhook.post(JSON.stringify(reviewOf()) + ' '.repeat(6 * MEBIBYTE))).status).toBe(200);
  });

  it('91: a fault of ours is a 500 for that request alone', async () => {
    const before = webhook.readContext;
    webhook.readContext = () => {
      throw new TypeError('undefined is not a function');
    };
    const reply = await webhook.post(reviewOf());
    webhook.readContext = before;
    expect(reply.status).toBe(500);
    expect(reply.body).not.toMatch(/ {4}at /);
  });

  it('too many reviews at once are told to come again', async () => {
    const before = webhook.readContext;
    let release = (): void => undefined;
    const gone = new Promise<void>((resolve) => (release = resolve));
    webhook.readContext = async (pod, namespace) => {
      await gone;
      return before(pod, namespace);
    };
    let refused = 0;
    const call = async (): Promise<number> => {
      // A busy machine takes its time to send 270 of them; none may be given up meanwhile.
      const { status, headers } = await webhook.send('/mutate?timeout=30s', {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(reviewOf()),
      });
      if (status === 429 && headers['retry-after'] === '1') refused += 1;
      if (refused === 14) release();
      return status;
    };
    const statuses = await Promise.all(Array.from({ length: 270 }, call));
    webhook.readContext = before;
    expect(statuses.filter((status) => status === 200)).toHaveLength(256);
  });
});
