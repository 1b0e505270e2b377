/** Options of the long runs. */

/** @throws when the value is no whole number above 0 */
export function count(option: string, value: string): number {
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  throw new Error(`${option} is ${JSON.stringify(value)}; allowed is a whole number above 0`);
}
