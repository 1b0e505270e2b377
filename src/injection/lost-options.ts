/**
 * What keeps the options of the injection from a server that a text starts, or gives it another directory: as arguments
 * the start script sees them, and asks the server what it makes of them.
 */
import { optionsIn, type ServerOption } from './server-options.ts';
import type { Command } from './shell.ts';

const OPTION_FILES = /^(no-defaults|defaults-(extra-|group-)?(file|suffix))$/;
const OFF = /^(0|off|false)$/i;

/** An option of a command that does so, as it is written, or undefined. */
export function hidingOption(command: Command): string | undefined {
  return optionsIn(command)
    .map(hides)
    .find((found) => found !== undefined);
}

function hides({ name, value, flag, isSure }: ServerOption): string | undefined {
  if (!isSure) return undefined;
  if (name === 'datadir' || OPTION_FILES.test(name) || /^(skip|disable)-wsrep-on$/.test(name)) return flag;
  const isOff = name === 'wsrep-on' && OFF.test(value ?? '');
  // Without a provider the server is alone.
  const isAlone = name === 'wsrep-provider' && /^(none)?$/i.test(value ?? '');
  return isOff || isAlone ? `${flag}=${value ?? ''}` : undefined;
}

/** Variables in which the start script tells a server or an entrypoint who the others are, or where that is written. */
const TOLD = '(?:MARIADB_HOME|MYSQL_HOME|CLUSTER_JOIN|MARIADB_GALERA_\\w+|MARIADB_EXTRA_FLAGS)\\b';
/** Options of env that stand before others. Their number is bounded here and below, so that no search is quadratic. */
const ENV = String.raw`\benv\s+(?:(?:-u\s*\w+|--unset[=\s]\w+|-C\s*\S+|-[0v])\s+){0,9}`;

/** Programs that start another one without the environment. `gosu`, `runuser -u` and `setpriv` keep it. */
const DROPPERS: readonly RegExp[] = [
  new RegExp(`${ENV}(?:-[0v]*i|-(?=\\s)|--ignore-env\\w*)`),
  new RegExp(`${ENV}(?:-u\\s*|--unset[=\\s])${TOLD}`),
  new RegExp(String.raw`\bunset\s+(?:[-\w]+\s+){0,20}?${TOLD}`),
  new RegExp(String.raw`\b(?:export\s+-n|(?:declare|typeset)\s+\+x)\s+(?:\w+\s+){0,20}?${TOLD}`),
  new RegExp(String.raw`(?<![\w$\{])(?:MARIADB|MYSQL)_HOME=(?!=)`),
  // Of the shell, so at the beginning of a command.
  /(?:^|\b(?:do|then|else)\s+)exec\s+(?:-a\s+\S+\s+)?-[al]*c/,
  // A login shell; what follows -c is the command itself.
  /\b(?:su|runuser)(?:\s+(?!-c\b|--command\b)\S+){0,6}?\s+(?:-l?|--login)(?=\s|$)/,
  // Unless it is told to keep the environment; for the server or an entrypoint alone, as sudo may also prepare a file.
  /\bsudo(?!.{0,200}\s(?:-\w*E|--preserve-env))(?:\s+(?:-[ugpCrtU]\s*\S+|-\S+|\w+=\S*)){0,9}\s+(?:\S*\/)?(?:(?:mariadbd|mysqld)(?:[-_]safe)?|[\w.-]*entrypoint\.sh|run\.sh)(?=\s|$)/,
  /(?<=\bsetpriv\s.{0,200})--reset-env/,
  // service(8) runs what it starts by `env -i`; systemd has an environment of its own.
  /\bservice\s+(?:mysqld?|mariadb)\s+(?:re)?start\b/,
  /\bsystemctl\s+(?:-\S+\s+){0,9}(?:re)?start\s+(?:mysqld?|mariadb)\b/,
];

/** What in a command takes the environment from the program that it starts, or undefined. */
export function droppedEnvironment(command: Command): string | undefined {
  const text = command.join(' ');
  return DROPPERS.map((dropper) => dropper.exec(text)?.[0]).find((found) => found !== undefined);
}
