/** A coordinator that says what the test wants, over real TLS. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generatePair } from '../../src/tls/generate.ts';

/** A request as the coordinator saw it. */
export interface Call {
  readonly name: string;
  readonly authorization: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What it answers: a line with status 200, or another status with its line. */
export type Answer = string | { readonly status: number; readonly line: string } | { readonly drop: true };

export interface StubCoordinator {
  readonly address: string;
  readonly port: number;
  readonly authority: string;
  readonly calls: Call[];
  /** The answers to come, in order; the last one is repeated. */
  answers: Answer[];
  /** Confirm by itself whoever serves, as often as it likes: such calls are among `confirmed`, and take none of `answers`. */
  confirms: boolean;
  readonly confirmed: Call[];
  /** Send the body in chunks, without a Content-Length. */
  chunked: boolean;
  /** Forgets calls and answers, but not whether it confirms by itself. */
  reset(): void;
  close(): Promise<void>;
}

export async function startCoordinator(name = 'localhost'): Promise<StubCoordinator> {
  const pair = await generatePair([name]);
  const stub = {
    calls: [] as Call[],
    confirmed: [] as Call[],
    answers: [] as Answer[],
    confirms: false,
    chunked: false,
  };
  const server = createServer({ key: pair.key, cert: pair.certificate }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const answer = answerTo(stub, readCall(request.url ?? '', request.headers.authorization ?? '', body));
      if (typeof answer === 'object' && 'drop' in answer) {
        request.socket.destroy();
        return;
      }
      const { status, line } = typeof answer === 'string' ? { status: 200, line: answer } : answer;
      response.writeHead(status, stub.chunked ? {} : { 'Content-Length': Buffer.byteLength(`${line}\n`) });
      // Later, as the real one answers after it has talked to the Kubernetes API.
      setTimeout(() => response.end(`${line}\n`), 20);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(stub, {
    address: `localhost:${port}`,
    port,
    authority: pair.authority,
    reset: () => Object.assign(stub, { calls: [], confirmed: [], answers: [], chunked: false }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function answerTo(
  stub: Pick<StubCoordinator, 'calls' | 'confirmed' | 'answers' | 'confirms'>,
  call: Call,
): Answer {
  if (stub.confirms && call.name === 'ready') {
    stub.confirmed.push(call);
    return 'ok';
  }
  stub.calls.push(call);
  return (stub.answers.length > 1 ? stub.answers.shift() : stub.answers[0]) ?? 'wait for the test';
}

function readCall(url: string, authorization: string, body: string): Call {
  const fields: Record<string, string> = {};
  for (const line of body.split('\n').filter((one) => one !== '')) {
    const at = line.indexOf('=');
    fields[line.slice(0, at)] = line.slice(at + 1);
  }
  return { name: url.replace('/coordinator/v1/', ''), authorization, fields };
}
