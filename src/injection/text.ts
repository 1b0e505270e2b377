/**
 * Text for people made from values nobody has checked: always one line, always bounded, nothing a terminal or an HTTP
 * header would trip over.
 */

/** The apiserver cuts a warning at 256 runes once they pile up (apiserver `pkg/endpoints/filters/warning.go`). */
const MESSAGE_MAXIMUM = 256;
const VALUE_MAXIMUM = 48;

// Controls, line and paragraph separators, marks that reorder text, lone surrogates.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** What nearly every text is; tested first, so that the costlier search is rare. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** A value in double quotes, cut to 48 characters, with everything unprintable escaped; other types are named. */
export function quoted(value: unknown): string {
  if (typeof value === 'string') {
    const start = value.slice(0, VALUE_MAXIMUM);
    return singleLine(JSON.stringify(start)) + (start.length < value.length ? '…' : '');
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** A list of values, quoted, the first five of them. */
export function quotedList(values: readonly unknown[]): string {
  const shown = values.slice(0, 5).map(quoted).join(', ');
  return values.length > 5 ? `${shown} and ${values.length - 5} more` : shown;
}

/** A message as it may go into a warning header: one line of at most 256 characters. */
export function sentence(text: string): string {
  const line = singleLine(text);
  return line.length <= MESSAGE_MAXIMUM
    ? line
    : `${line.slice(0, MESSAGE_MAXIMUM - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A text of any length with everything unprintable escaped. */
export function singleLine(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replaceAll(
    UNPRINTABLE,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** A text without the given character at its end. A regular expression would take quadratic time over a hostile one. */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}
