/** The commands that read manifests, for the dispatcher. */
import { type ManifestOptions, parseManifestArguments } from './arguments.ts';
import { EXPLAIN_HELP, runExplain } from './explain.ts';
import { INJECT_HELP, runInject } from './inject.ts';
import type { CommandIo } from './io.ts';

/** A command, with what `help` says about it in one line. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** Runs the command with the arguments after its name; resolves with the exit code (2: a call it cannot read). */
  readonly run: (args: readonly string[], io: CommandIo) => Promise<number>;
}

export const MANIFEST_COMMANDS: readonly Command[] = [
  command('inject', 'manifests in, injected manifests out', INJECT_HELP, runInject),
  command('explain', 'what would be injected, and why', EXPLAIN_HELP, runExplain),
];

function command(
  name: string,
  summary: string,
  help: string,
  run: (options: ManifestOptions, io: CommandIo) => Promise<number>,
): Command {
  return {
    name,
    usage: `${name} -f FILE|-`,
    summary,
    async run(args, io) {
      const parsed = parseManifestArguments(args);
      switch (parsed.kind) {
        case 'run':
          return run(parsed.options, io);
        case 'help':
          io.stdout.write(help);
          return 0;
        case 'usage':
          io.stderr.write(`galera-injector ${name}: ${parsed.message}\nTry galera-injector ${name} --help\n`);
          return 2;
      }
    },
  };
}

export { nearest, unknownOption } from './arguments.ts';
export type { CommandIo } from './io.ts';
