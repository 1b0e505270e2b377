/**
 * What scalars of YAML mean to Kubernetes. Its reader, sigs.k8s.io/yaml, takes them as go.yaml.in/yaml/v2 does (resolve.go),
 * which follows neither YAML 1.1 nor 1.2: `yes` is a boolean and 0644 is octal, while 12:30:45, e1 and dates are text.
 */
import { Scalar } from 'yaml';

/** A scalar as JSON has it; a bigint only where a number would lose digits. */
export type Value = string | number | bigint | boolean | null;

const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...spelled(true, ['y', 'yes', 'true', 'on']),
  ...spelled(false, ['n', 'no', 'false', 'off']),
  ...spelled(null, ['null']),
  ['', null],
  ['~', null],
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, NaN] as const),
  ...['.inf', '.Inf', '.INF'].flatMap((word) => [
    [word, Infinity] as const,
    [`+${word}`, Infinity] as const,
    [`-${word}`, -Infinity] as const,
  ]),
]);

/** A word in the three ways that count: in small letters, with a capital, and in capitals. */
function spelled(value: Value, words: readonly string[]): readonly (readonly [string, Value])[] {
  return words.flatMap((word) =>
    [word, word.slice(0, 1).toUpperCase() + word.slice(1), word.toUpperCase()].map(
      (spelling) => [spelling, value] as const,
    ),
  );
}

const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const CORE = 'tag:yaml.org,2002:';

/** What a plain scalar means. */
export function meaningOf(text: string): Value {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  // Go's parser takes a _ between two digits as well.
  if (text.startsWith('.')) return floatOf(text.replaceAll(/(?<=\d)_(?=\d)/g, '')) ?? text;
  if (!/^[-+\d]/.test(text)) return text;
  const plain = text.replaceAll('_', '');
  return integerOf(plain) ?? floatOf(plain) ?? text;
}

function floatOf(text: string): number | undefined {
  const value = FLOAT.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** An integer with an optional prefix for its base, within 64 bits. */
function integerOf(text: string): Value | undefined {
  // Go's parser takes a sign behind 0b as well.
  const [, late] = /^0b([-+][01]+)$/.exec(text) ?? [];
  if (late !== undefined) return Number.parseInt(late, 2);
  const [, sign = '', prefix = '', digits = ''] = /^([-+]?)(0[xXbBoO]?(?=.))?(.+)$/.exec(text) ?? [];
  const base = /[xX]$/.test(prefix) ? '0x' : /[bB]$/.test(prefix) ? '0b' : prefix === '' ? '' : '0o';
  const allowed = { '0x': /^[\da-fA-F]+$/, '0b': /^[01]+$/, '0o': /^[0-7]+$/, '': /^\d+$/ }[base];
  if (!allowed.test(digits)) return undefined;
  const size = BigInt(base + digits);
  const value = sign === '-' ? -size : size;
  if (value < -(2n ** 63n) || value >= (sign === '' ? 2n ** 64n : 2n ** 63n)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** What a scalar of a document means. @throws when it contradicts its tag */
export function valueOf({ value, type, tag = '' }: Scalar): Value {
  const text = String(value);
  if (tag === '') return type === Scalar.PLAIN ? meaningOf(text) : text;
  if (tag === `${CORE}binary`) return Buffer.from(text, 'base64').toString('utf8');
  const name = tag.startsWith(CORE) ? tag.slice(CORE.length) : '';
  const wanted = KINDS[name];
  if (wanted === undefined) return text;
  const meaning = meaningOf(text);
  if (!wanted(meaning)) throw new Error(`${JSON.stringify(text)} is not what its tag !!${name} says`);
  return meaning;
}

/** Tags that a scalar has to obey; with any other it is text. */
const KINDS: Readonly<Record<string, (value: Value) => boolean>> = {
  bool: (value) => typeof value === 'boolean',
  int: (value) => Number.isInteger(value) || typeof value === 'bigint',
  float: (value) => typeof value === 'number' || typeof value === 'bigint',
  null: (value) => value === null,
};

/** A scalar as the key of a JSON object. @throws for what Kubernetes refuses as one */
export function keyOf(scalar: Scalar): string {
  const value = valueOf(scalar);
  if (value === null || (typeof value === 'bigint' && value >= 2n ** 63n))
    throw new Error(
      `the key ${String(scalar.value) || 'null'} is neither text nor a number: put it in quotes`,
    );
  const isFloat =
    typeof value === 'number' && integerOf(String(scalar.value).replaceAll('_', '')) === undefined;
  if (Object.is(value, -0)) return isFloat ? '-0' : '0';
  return isFloat ? shortest(value) : String(value);
}

/** A number in the fewest digits that tell it from other 32-bit floats: Go's `FormatFloat(value, 'g', -1, 32)`. */
function shortest(value: number): string {
  const rounded = Math.fround(value);
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(rounded)) return rounded > 0 ? '.inf' : '-.inf';
  let digits = 1;
  while (digits < 9 && Math.fround(Number(rounded.toExponential(digits - 1))) !== rounded) digits += 1;
  const [mantissa = '', exponent = '0'] = rounded.toExponential(digits - 1).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(`${mantissa}e${power}`));
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
