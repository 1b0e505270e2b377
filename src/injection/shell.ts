/** The commands within what a container is given, as far as a shell would read them so. */

/** The words of one command, without their quotes. A redirection is a word of its own. */
export type Command = readonly string[];

/**
 * Parts of a text, in this order: a comment, what ends a command, a redirection, a word. A word is made of escaped,
 * quoted and plain characters; each alternative begins otherwise, so that matching stays linear. A quote that nothing
 * closes goes to the end.
 */
const PART =
  /(#[^\n]*)|([\n;|&()`]+)|(\d*(?:>>?\|?|<+-?))|((?:\\[^]|"(?:\\[^]|[^"\\])*"?|'[^']*'?|[^\s;|&()`<>"'\\]+)+)/g;
/** Within a word: what is in double quotes, what is in single ones, a continued line, an escaped character. */
const QUOTED = /"((?:\\[^]|[^"\\])*)"?|'([^']*)'?|\\\n|\\([^])/g;
/** Texts within texts, as `bash -c "su -c '…'"` has them. */
const LEVELS = 4;

/** What the words of a container run: the words themselves, then the commands of each that is a text. */
export function commandsIn(words: Command): readonly Command[] {
  return [words, ...words.flatMap((word) => commandsOfText(word, LEVELS))];
}

function commandsOfText(text: string, levels: number): readonly Command[] {
  if (levels === 0 || !/[\s;|&<>]/.test(text)) return [];
  return split(text).flatMap((command) => [
    command,
    ...command.filter((word) => word !== text).flatMap((word) => commandsOfText(word, levels - 1)),
  ]);
}

function split(text: string): readonly Command[] {
  const commands: string[][] = [[]];
  for (const [, comment, end, redirection, word] of text.matchAll(PART)) {
    if (end !== undefined) commands.push([]);
    else if (comment === undefined) commands.at(-1)?.push(redirection ?? unquoted(word ?? ''));
  }
  return commands.filter((command) => command.length > 0);
}

function unquoted(word: string): string {
  return word.replaceAll(
    QUOTED,
    (_, double?: string, single?: string, escaped?: string) =>
      double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? '',
  );
}

/** The last part of a path. */
export function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}
