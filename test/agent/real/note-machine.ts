/** Asks the server of this machine for its version, before a file of tests that starts it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { saw } from '../../../e2e/support/servers.ts';
import { unavailable } from './nodes.ts';

if (!unavailable) {
  const said = execFileSync('mariadbd', ['--version'], { encoding: 'utf8' });
  const release = readFileSync('/etc/os-release', 'utf8');
  saw({
    from: /^PRETTY_NAME="(.*)"$/m.exec(release)?.[1] ?? 'this machine',
    version: /Ver (\S+)/.exec(said)?.[1] ?? said.trim(),
  });
}
