/** Generated files look as `npm run format` leaves them, so that the check of formatting passes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, type FormatOptions } from 'oxfmt';

const OPTIONS = join(import.meta.dirname, '..', '.oxfmtrc.json');

/**
 * The text as the file of this name should hold it; the ending of the name says which language it is.
 *
 * @throws when it cannot be read as that
 */
export async function formatted(path: string, text: string): Promise<string> {
  const options = JSON.parse(await readFile(OPTIONS, 'utf8')) as FormatOptions;
  const { code, errors } = await format(path, text, options);
  if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join('; ')}`);
  return code;
}
