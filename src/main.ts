#!/usr/bin/env node
/** The entry: what a cluster starts is run at once, what a person asks for is read by program.ts. */
import { basename } from 'node:path';

/** Commands that a cluster starts take their configuration from the environment; nothing else is loaded for them. */
const JOBS: Readonly<Record<string, (env: NodeJS.ProcessEnv) => Promise<number>>> = {
  serve: async (env) => (await import('./command/serve.ts')).serve(env),
  init: async (env) => (await import('./command/init.ts')).init(env),
  'self-test': async (env) => (await import('./command/self-test.ts')).selfTest(env),
};

async function run(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args;
  const job = Object.hasOwn(JOBS, name) && rest.length === 0 ? JOBS[name] : undefined;
  if (job !== undefined) return job(process.env);
  const { runInProcess } = await import('./command/process.ts');
  const isPlugin = basename(process.argv[1] ?? '').startsWith('kubectl-galera');
  return runInProcess(args, isPlugin ? 'kubectl galera' : 'galera-injector');
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
