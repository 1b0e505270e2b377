/** Calls as the API server does: on a connection that it keeps for a while, and on a new one when that has gone. */
import { type Connection, open, type Target } from '../../bench/load/connection.ts';

/** What became of a call; only the last one is a loss. */
export type Use =
  | 'reused'
  /** The pool had given the connection up. */
  | 'expired'
  /** The server had closed the connection, and the caller knew. */
  | 'closed'
  /** The first call. */
  | 'opened'
  | 'lost';

/** One caller with at most one connection. */
export class PooledCaller {
  readonly #target: Target;
  readonly #request: Buffer;
  readonly #poolMs: number;
  #connection: Connection | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #expired = false;

  /** Keeps an idle connection for `poolMs`. Go's transport never repeats a POST on another connection once it was written. */
  constructor(target: Target, request: Buffer, poolMs: number) {
    this.#target = target;
    this.#request = request;
    this.#poolMs = poolMs;
  }

  /** Asks once. @throws when a new connection fails or an answer is not 200 */
  async ask(): Promise<Use> {
    clearTimeout(this.#expiry);
    const kept = this.#connection;
    const alive = kept !== undefined && kept.socket.writable && !kept.socket.readableEnded;
    const use = alive ? 'reused' : this.#expired ? 'expired' : kept === undefined ? 'opened' : 'closed';
    const connection = alive ? kept : await open(this.#target);
    this.#connection = connection;
    this.#expired = false;
    let status: number;
    try {
      status = await connection.ask(this.#request);
    } catch (error) {
      this.close();
      if (use === 'reused') return 'lost';
      throw error;
    }
    if (status !== 200) throw new Error(`a call was answered with ${status}`);
    this.#expiry = setTimeout(() => {
      this.#expired = true;
      connection.socket.destroy();
    }, this.#poolMs);
    return use;
  }

  /** Waits for the server to give the idle connection up; how long it was idle, in milliseconds. */
  idleUntilClosed(): Promise<number> {
    clearTimeout(this.#expiry);
    const answered = performance.now();
    return new Promise((resolve) => {
      const closed = () => resolve(performance.now() - answered);
      if (this.#connection === undefined || this.#connection.socket.destroyed) closed();
      else this.#connection.socket.once('close', closed);
    });
  }

  close(): void {
    clearTimeout(this.#expiry);
    this.#connection?.socket.destroy();
    this.#connection = undefined;
  }
}
