/** What a container runs, as far as its command tells: the server, certainly another program, or something unknown. */
import type { Flavor } from './flavors/types.ts';
import { START_SCRIPT } from './names.ts';
import { commandOf, type ContainerView, wordsOf } from './pod.ts';
import { Refusal } from './refusal.ts';
import type { Contribution, Target } from './target.ts';
import { quoted, sentence } from './text.ts';

/** Programs of the database images, and their usual helpers, none of which is or starts a server. */
const OTHERS: ReadonlySet<string> = new Set(
  `garbd mariadb mysql mariadb-admin mysqladmin mariadb-backup mariabackup mbstream xtrabackup xbstream xbcloud
  mariadb-binlog mysqlbinlog mariadb-check mysqlcheck mariadb-dump mysqldump mariadb-dumpslow mysqldumpslow
  mariadb-import mysqlimport mariadb-show mysqlshow mariadb-slap mysqlslap mariadb-upgrade mysql_upgrade mysqlsh
  mysqlpump mydumper myloader mysqld_exporter mysqlrouter proxysql maxscale haproxy sysbench socat
  sleep tail cat echo true false cp rsync tar crond cron supercronic restic rclone`.split(/\s+/),
);

const SERVER = /^(mariadbd|mysqld)([-_](safe|multi|debug))?$/;
const SHELL = /^(ba|da|a|z|k)?sh$/;
/** Programs that run the one that follows them. */
const WRAPPER = /^(tini|dumb-init|catatonit|exec|env|nice|ionice|nohup|stdbuf|numactl|setpriv|gosu|su-exec)$/;
const ENTRYPOINT = /entrypoint(\.sh)?$/;
/** What may start the server within a text for a shell; a name that only begins like the server's is none. */
const MAY_START = /\b(mariadbd|mysqld)(_safe|-safe)?\b|entrypoint|\.sh\b|\b(eval|source|run|start)\b/;

/** What names the server or the entrypoint within such a text; any other script may do something else. */
const NAMES_SERVER = /\b(mariadbd|mysqld)(_safe|-safe)?\b|entrypoint/;

/** `script`: a text for a shell that may start the server, and does not name it. */
type Program = 'server' | 'script' | 'unknown' | { readonly other: string };

/** What a container runs. Where it has neither command nor arguments, the image decides, which is a server's. */
export function programOf(container: ContainerView, flavor: Flavor | undefined): Program {
  const { command } = commandOf(container);
  const words = wordsOf(container).filter((word) => word !== START_SCRIPT);
  // Options alone go to the entrypoint, which starts the server with them.
  if (words.length === 0 || (command.length === 0 && words[0]?.startsWith('-') === true)) return 'server';
  const own = [...(flavor?.entrypoint ?? []), ...(flavor?.command ?? [])].filter((word) =>
    word.endsWith('run.sh'),
  );
  if (words.some((word) => own.includes(word))) return 'server';
  const names = words.map(baseName);
  const at0 = names.findIndex((name, index) => !isPassing(name) && !isUserOf(names[index - 1]));
  const name = names[at0];
  if (name === undefined || SERVER.test(name)) return 'server';
  if (OTHERS.has(name)) return { other: name };
  return SHELL.test(name) ? inShell(words.slice(at0 + 1)) : 'unknown';
}

/**
 * Refuses a container that certainly does not run the server, as garbd does not, and warns of one that may not. A script
 * of the user's own is legitimate, so what is not known passes.
 *
 * @throws Refusal `not_the_server`
 */
export function program({ container, flavor }: Target): Contribution {
  const found = programOf(container, flavor);
  if (found === 'server' || found === 'script') return {};
  const subject = `Container ${quoted(container.name)}`;
  if (found !== 'unknown') {
    throw new Refusal(
      'not_the_server',
      `${subject} runs ${quoted(found.other)} and no server, so it cannot be a member; take the label galera off this pod`,
    );
  }
  const message = `${subject}: its command is not known to start the server; it must end in it, and hand on its arguments`;
  return { warnings: [{ reason: 'command_unknown', message: sentence(message) }] };
}

/** Words at the beginning of a command of a shell that start no program of their own. */
const BUILT_IN: ReadonlySet<string> = new Set(
  `set cd export unset wait done fi for in case esac read printf test [ [[ : date mkdir chmod chown ls gzip zstd xz pigz
  hostname basename dirname seq tr cut head wc id uname sort grep touch rm mv ln mktemp tee`.split(/\s+/),
);
/** These do so with a part of their arguments, which may be a variable. */
const MAY_RUN: ReadonlySet<string> = new Set(['trap', 'find']);
/** Of several programs, those that say least about what the container is for. */
const IDLE: ReadonlySet<string> = new Set(['true', 'false', 'echo', 'sleep']);
const BETWEEN_COMMANDS =
  /[;&|\n(){}`]+|(?<![^\s;&|(){}`])(?:do|then|else|elif|exec|while|until|if|!)(?=\s|$)/;

/** Another program only where each command of the text is known and none can start the server. */
function inShell(words: readonly string[]): Program {
  const text = words.filter((word) => !/^-[a-z]+$/.test(word)).join('\n');
  if (NAMES_SERVER.test(text)) return 'server';
  if (MAY_START.test(text)) return 'script';
  const commands = commandsIn(text);
  // A program that a variable or another program names, or that is given such a name, may be or start the server.
  if (commands.some(({ all, name }) => all.includes('$') && !OTHERS.has(name) && !BUILT_IN.has(name)))
    return 'script';
  const programs = commands
    .map(({ name }) => name)
    .filter((name) => !BUILT_IN.has(name) && !MAY_RUN.has(name));
  const other = programs.find((one) => !IDLE.has(one)) ?? programs[0];
  return other !== undefined && programs.every((one) => OTHERS.has(one)) ? { other } : 'unknown';
}

/** The innermost of what a shell puts in the place of a word: a sum, what a command prints, or a variable. */
const EXPANSION = /\$\(\([^()]*\)\)|\$\(([^()`]*)\)|`([^`]*)`|\$\{[^{}]*\}/g;
/** Levels of them that are looked into; what is deeper counts as commands beside each other. */
const LEVELS = 8;

/** The commands of a text and, behind them, those whose output is a part of one. */
function commandsIn(text: string): readonly { readonly all: string; readonly name: string }[] {
  const printed: string[] = [];
  let outer = text;
  for (let level = 0; level < LEVELS && outer.search(EXPANSION) >= 0; level += 1) {
    outer = outer.replaceAll(EXPANSION, (_, inner?: string, between?: string) => {
      printed.push(inner ?? between ?? '');
      return '$_';
    });
  }
  return [outer, ...printed]
    .flatMap((one) => one.split(BETWEEN_COMMANDS))
    .flatMap((all) => {
      const word = all.split(/\s+/).find((one) => one !== '' && !one.includes('='));
      return word === undefined ? [] : [{ all, name: baseName(word) }];
    });
}

function isPassing(name: string): boolean {
  return WRAPPER.test(name) || ENTRYPOINT.test(name) || name.startsWith('-') || name.includes('=');
}

/** The word behind these two is the user to run as. */
function isUserOf(before: string | undefined): boolean {
  return before === 'gosu' || before === 'su-exec';
}

function baseName(word: string): string {
  // A text for a shell is no path.
  return /\s/.test(word) ? word : word.slice(word.lastIndexOf('/') + 1);
}
