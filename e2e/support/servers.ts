/** Which database servers a file of tests has seen, as they name themselves. docs/images.md is made from it. */

/** A server, and where its programs came from. */
export interface Server {
  /** The image of its container, or the operating system of the machine. */
  readonly from: string;
  /** As its variable `version` or `mariadbd --version` says it. */
  readonly version: string;
}

/** One for each file of tests, since each has modules of its own. */
const seen = new Map<string, Server>();

/** Notes a server that runs. */
export function saw(server: Server): void {
  seen.set(`${server.from} ${server.version}`, server);
}

/** What was noted until now. */
export function serversSeen(): readonly Server[] {
  return [...seen.values()];
}
