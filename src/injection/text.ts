/**
 * Text for people made from values nobody has checked: always one line, always bounded, nothing a terminal or an HTTP
 * header would trip over.
 */

/** The apiserver cuts a warning at 256 runes once they pile up (apiserver `pkg/endpoints/filters/warning.go`). */
const MESSAGE_MAXIMUM = 256;
const VALUE_MAXIMUM = 48;

// Controls, line and paragraph separators, marks that reorder text, lone surrogates.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A value in double quotes, cut to 48 characters, with everything unprintable escaped; other types are named. */
export function quoted(value: unknown): string {
  if (typeof value === 'string') {
    const start = value.slice(0, VALUE_MAXIMUM);
    return escaped(JSON.stringify(start)) + (start.length < value.length ? '…' : '');
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
  const line = escaped(text);
  return line.length <= MESSAGE_MAXIMUM
    ? line
    : `${line.slice(0, MESSAGE_MAXIMUM - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function escaped(text: string): string {
  return text.replaceAll(
    UNPRINTABLE,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
