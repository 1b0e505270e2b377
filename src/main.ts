#!/usr/bin/env node
/** The command line: one verb, its arguments, an exit code. */
import { VERSION } from './version.ts';

const HELP = `galera-injector: label a pod galera=true and it becomes a node of a Galera cluster

  galera-injector inject -f FILE|-    manifests in, injected manifests out
  galera-injector explain -f FILE|-   what would be injected, and why
  galera-injector serve               the webhook and the coordinator (in a cluster)
  galera-injector init                the init container (in a pod)
  galera-injector --version

Each command has its own help: galera-injector COMMAND --help
`;

async function run(args: readonly string[]): Promise<number> {
  const [command] = args;
  switch (command) {
    case 'serve':
      return (await import('./command/serve.ts')).serve(process.env);
    case 'init':
      return (await import('./command/init.ts')).init(process.env);
    case '--version':
      process.stdout.write(`${VERSION}\n`);
      return 0;
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(HELP);
      return 0;
    default:
      process.stderr.write(
        `galera-injector: ${command === undefined ? 'no command' : `no command ${command}`}\n`,
      );
      process.stderr.write(HELP);
      return 2;
  }
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`galera-injector: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
