/** Who writes `grastate.dat`, in which a member finds whether it may bootstrap. Reading it does no harm. */
import { baseName, type Command, commandsIn } from './shell.ts';
import { withoutTrailing } from './text.ts';

const FILE = 'grastate.dat';
/** The file, also by a pattern, or the line of it that counts. */
const STATE = /grastate|safe_?to_?bootstrap/i;
/** Programs that write the files that they are given. */
const WRITERS = /^(tee|sponge|truncate|ed|ex|patch)$/;
/** Those that do so with an option: `-i`, `-pi`, `-Ei`, `-i.bak`, `--in-place`. */
const STREAM_EDITORS = /^(g?sed|perl|ruby|g?awk)$/;
const IN_PLACE = /^(-[a-zE0]*i|--in-place)/;
/** The last word of these is what they write. */
const COPIERS = /^(cp|mv|install|ln|rsync)$/;
const INTERPRETERS = /^(python|perl|ruby|node|php)[\d.]*$/;
/** A file opened for writing, as `open(p, 'w')` and `open(F, ">x")`, or a function that writes one. */
const WRITES = /,\s*(mode\s*=\s*)?["'](w|a|r\+|\+?>)|(?<!std(out|err)\.)\bwrite|file_put/i;
/** A variable that holds the name of the file: by assignment, or the one of a loop. */
const NAMED = /^(\w+)=(.*grastate\.dat)$/;

/**
 * What in the words of a container writes the file, or undefined.
 *
 * @param directory the data directory, which a copy may name in the place of the file
 */
export function writesState(words: Command, directory: string): string | undefined {
  if (!words.some((word) => STATE.test(word))) return undefined;
  const commands = commandsIn(words);
  const variables = new Map(commands.flatMap(namesOf));
  const writing = commands
    .map((command) => command.map((word) => filled(word, variables)))
    .find((command) => writes(command, directory));
  return writing?.map((word) => STATE.exec(word)?.[0]).find((found) => found !== undefined);
}

function namesOf(command: Command): readonly (readonly [name: string, value: string])[] {
  const [first, name, , value] = command;
  if (first === 'for' && name !== undefined && value?.endsWith(FILE) === true) return [[name, value]];
  return command.flatMap((word) => {
    const [, variable, path] = NAMED.exec(word) ?? [];
    return variable === undefined || path === undefined ? [] : [[variable, path] as const];
  });
}

function filled(word: string, variables: ReadonlyMap<string, string>): string {
  return word.replaceAll(/\$\{?(\w+)\}?/g, (all, name: string) => variables.get(name) ?? all);
}

function writes(command: Command, directory: string): boolean {
  if (!command.some((word) => STATE.test(word))) return false;
  if (command.some((word, at) => /^\d*>/.test(word) && isFile(command[at + 1]))) return true;
  if (command.some((word) => word.startsWith('of=') && isFile(word))) return true;
  const behind = (program: RegExp): Command => {
    const at = command.findIndex((word) => program.test(baseName(word)));
    return at < 0 ? [] : command.slice(at + 1);
  };
  return (
    behind(WRITERS).some(isFile) ||
    behind(STREAM_EDITORS).some((option) => IN_PLACE.test(option)) ||
    copies(behind(COPIERS), directory) ||
    behind(INTERPRETERS).some((code) => WRITES.test(code))
  );
}

/** A copy out of the data directory is a backup. */
function copies(rest: Command, directory: string): boolean {
  const paths = rest.filter((word) => !word.startsWith('-'));
  const target = withoutTrailing(paths.at(-1) ?? '', '/');
  const sources = paths.slice(0, -1);
  if (sources.some((source) => source.startsWith(`${directory}/`)) && !target.startsWith(directory))
    return false;
  return isFile(target) || (target === directory && sources.some(isFile));
}

function isFile(word: string | undefined): boolean {
  return word?.endsWith(FILE) ?? false;
}
