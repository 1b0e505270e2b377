/** Options of the server, as it reads them: `_` for `-`, `loose-` before the name, and short forms. */
import { baseName, type Command } from './shell.ts';

export interface ServerOption {
  /** Its full name, with dashes. */
  readonly name: string;
  /** What follows; undefined where nothing does. */
  readonly value: string | undefined;
  /** As it is written, without the value. */
  readonly flag: string;
  /** Whether it is sure to be an option of the server: others have some of these names too. */
  readonly isSure: boolean;
}

const LONG = /^(--([a-zA-Z][\w-]*))(?:=([^]*))?$/;
/** A variable of a shell that holds an option: `A=--x`, `${A:---x}`. A text that begins so is no word. */
const HELD = /^(?:\w+\+?=|\$\{\w+:?[-=+])(--([a-zA-Z][\w-]*))(?:=([^\s;|&}]*)\}?)?$/;
/** The data directory in short. Of clients this is the host, which is no path. */
const SHORT = /^-h(\/[^]*)?$/;
/** Full names, each with the shortest beginning that is no other option's. Sources: `mariadbd --help`, `mysqld --help`. */
const SHORTEST: readonly (readonly [name: string, shortest: string])[] = [['datadir', 'data']];

const SERVER = /^((mariadbd|mysqld)([-_](safe|multi|debug))?|[\w.-]*entrypoint(\.sh)?|run\.sh)$/;
/** Programs that have options of these names too, and start no server. */
const CLIENT =
  /^((mariadb|mysql)([-_]?(admin|backup|binlog|check|dump|import|show|slap|upgrade|sh|pump))?|mariabackup|xtrabackup)$/;

/** What a user is named behind, who is called as the client is. */
const BEFORE_USER = /^(gosu|su-exec|su|-u|--user)$/;

/** The options among the words of one command; those of a client of the server are none. */
export function optionsIn(command: Command): readonly ServerOption[] {
  const found: ServerOption[] = [];
  let program: 'server' | 'client' | undefined;
  for (const [at, word] of command.entries()) {
    const name = word.startsWith('-') ? '' : baseName(word);
    if (SERVER.test(name)) program = 'server';
    else if (program === undefined && CLIENT.test(name) && !BEFORE_USER.test(command[at - 1] ?? ''))
      program = 'client';
    else if (program !== 'client') found.push(...optionOf(word, command[at + 1], program === 'server'));
  }
  return found;
}

function optionOf(word: string, next: string | undefined, isServers: boolean): readonly ServerOption[] {
  const short = SHORT.exec(word);
  if (short !== null) {
    const value = short[1] ?? next;
    return value?.startsWith('/') === true ? [{ name: 'datadir', value, flag: '-h', isSure: isServers }] : [];
  }
  const [, flag, written, value] = LONG.exec(word) ?? HELD.exec(word) ?? [];
  if (flag === undefined || written === undefined) return [];
  const spelled = written.replaceAll('_', '-').replace(/^loose-/, '');
  const name = SHORTEST.find(([full, least]) => full.startsWith(spelled) && spelled.startsWith(least))?.[0];
  const isSure = isServers || name === undefined || name === spelled;
  return [{ name: name ?? spelled, value: value ?? next, flag, isSure }];
}
