// Runs a command of this repository in a clone that may have no node_modules yet: `node scripts/with-dependencies.mjs
// PROGRAM ARGUMENT…`. Plain JavaScript, because nothing that reads TypeScript is there before it has run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const [program, ...rest] = process.argv.slice(2);

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 18)) return;
  fail(
    `Node ${process.versions.node} is too old: install Node 20.18 or later (see .nvmrc for the version the image has).`,
  );
}

function areInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  if (statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs) return true;
  // A checkout sets every file's time; only a lock file that names other versions asks for an installation.
  const { packages: wanted } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { packages: found } = JSON.parse(readFileSync(installed, 'utf8'));
  return Object.entries(found).every(([path, { version }]) => wanted[path]?.version === version);
}

function install() {
  process.stderr.write('Installing dependencies (npm install) …\n');
  const started = Date.now();
  // Not `npm ci`: it wants the lock file to list the optional binaries of every platform, which it does not.
  const { status } = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  if (status !== 0) fail('npm install failed: see above. Is the npm registry within reach?');
  process.stderr.write(`Installed in ${Math.round((Date.now() - started) / 1000)}s\n`);
}

checkNode();
if (program === undefined) fail('usage: node scripts/with-dependencies.mjs PROGRAM ARGUMENT…');
if (!areInstalled()) install();
const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
const child = spawn(program, rest, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => fail(`${program} cannot be run: ${error.message}`));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
});
