/** Names that differ in a trailing number, as members of one cluster do: `pxc-node1`, `db-0`, `node07`. */
import { withoutTrailing } from './text.ts';

export interface NumberedName {
  /** What stands before the number, e.g. `pxc-node` or `db-`. */
  readonly prefix: string;
  readonly number: number;
  /** Digits of the number with leading zeros, 0 when it has none. */
  readonly width: number;
}

/** Takes a name apart; null when it has no trailing number, nothing before it, or a number beyond 2^31. */
export function parseNumbered(name: string): NumberedName | null {
  const match = /^(.*?[^0-9])([0-9]{1,10})$/.exec(name);
  const [, prefix, digits] = match ?? [];
  if (prefix === undefined || digits === undefined) return null;
  const number = Number(digits);
  if (number >= 2 ** 31) return null;
  return { prefix, number, width: digits.startsWith('0') && digits.length > 1 ? digits.length : 0 };
}

/** The name of the member with another number. */
export function numberedName({ prefix, width }: NumberedName, number: number): string {
  return `${prefix}${String(number).padStart(width, '0')}`;
}

/** The name that numbered members share: the prefix without the hyphen before the number. */
export function commonName({ prefix }: NumberedName): string {
  return withoutTrailing(prefix, '-');
}
