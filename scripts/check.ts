/** `npm test`: every check that needs neither root nor a cluster. Those of the sources come first, side by side. */
import { spawn } from 'node:child_process';
import { elapsed, step, toStderr } from '../e2e/cluster/progress.ts';
import { pinnedTool } from './helm.ts';

const CHECKS: readonly (readonly [string, readonly string[]])[] = [
  ['Formatting', ['oxfmt', '--check', '.']],
  ['Types', ['tsc', '--noEmit', '-p', 'tsconfig.json']],
  ['Lint', ['oxlint', '--type-aware', '--deny-warnings', 'src', 'test', 'e2e', 'scripts', 'bench']],
  ['Unused code', ['knip', '--no-progress']],
];

/** The scripts that run in database images and in the test image. */
const SHELL_SCRIPTS = [
  'agent/start',
  'agent/probe',
  'agent/watch',
  'agent/doors',
  'agent/transfer/wsrep_sst_tls',
  'agent/transfer/wsrep_sst_tls-mariabackup',
  'agent/transfer/wsrep_sst_tls-rsync',
  'agent/transfer/wsrep_sst_tls-xtrabackup-v2',
  'agent/transfer/bin/socat',
  'agent/transfer/bin/rsync',
  'agent/transfer/bin/ss',
  'agent/transfer/bin/lsof',
  'e2e/images/mariadb/docker-entrypoint.sh',
  'e2e/images/mariadb/build-rootfs.sh',
];

/** ShellCheck is no npm package; where it is not installed the check is left out, and says so. */
async function checksOfShell(): Promise<typeof CHECKS> {
  const command = ['shellcheck', '--external-sources', '--source-path=SCRIPTDIR', ...SHELL_SCRIPTS];
  if (await isInstalled(['shellcheck', '--version'])) return [['Shell scripts', command]];
  toStderr('Shell scripts … left out: install shellcheck (apt-get install shellcheck) to check them\n');
  return [];
}

/** Runs the checks side by side and shows what those print that fail. @returns whether all are right */
async function checkSources(): Promise<boolean> {
  const checks = [...CHECKS, ...(await checksOfShell())];
  const results = await step(toStderr, checks.map(([title]) => title).join(', '), () =>
    Promise.allSettled(checks.map(([, command]) => run(command))),
  );
  for (const [index, result] of results.entries()) {
    if (result.status === 'fulfilled') continue;
    const { message } = result.reason as Error;
    process.stderr.write(`${checks[index]?.[0] ?? ''}: failed\n${message}\n`);
  }
  return results.every(({ status }) => status === 'fulfilled');
}

function isInstalled(question: readonly string[]): Promise<boolean> {
  return run(question).then(
    () => true,
    () => false,
  );
}

/** Runs a program; what it prints is shown only when it fails. */
function run([program = '', ...args]: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(output))));
  });
}

/** Vitest shows its own progress; its results also go to a file for those who count. */
function runTests(): Promise<number> {
  const reporters = [
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json=dist/test-results/unit.json',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn('vitest', ['run', ...reporters], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function main(): Promise<number> {
  const start = Date.now();
  if (!(await isInstalled(['socat', '-V']))) {
    toStderr(
      'socat is missing, by which the agent calls the coordinator in its tests: apt-get install socat\n',
    );
    return 1;
  }
  const isRight = await checkSources();
  await step(toStderr, 'Helm for the chart tests', () => pinnedTool('helm'));
  const code = await runTests();
  toStderr(`${isRight && code === 0 ? 'All checks passed' : 'Some checks failed'} in ${elapsed(start)}\n`);
  return isRight ? code : 1;
}

process.exitCode = await main();
