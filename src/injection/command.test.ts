import { expect, test } from 'vitest';
import { warned, withFields } from '../../test/injection/pods.ts';

test.each<[string, string[], boolean]>([
  ['the server itself', ['mariadbd'], true],
  ['its wrapper', ['mysqld_safe'], true],
  ['a shell with it', ['sh', '-c', 'exec mariadbd'], true],
  ['a program that is not known', ['start-my-server'], true],
  ['the entrypoint', ['docker-entrypoint.sh', 'mariadbd'], false],
  ['the entrypoint by its path', ['/usr/local/bin/docker-entrypoint.sh', 'mariadbd'], false],
  ['a shell with the entrypoint', ['sh', '-c', 'exec docker-entrypoint.sh mariadbd'], false],
])('of a command that is %s, that the entrypoint is left out is said or not', (_what, command, is) => {
  expect(warned(withFields({ command })).includes('entrypoint_left_out')).toBe(is);
});
