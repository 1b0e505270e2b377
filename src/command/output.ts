/** What commands print for programs. */
import { blockText, bracketedText, styleOf } from './manifests/text.ts';

/**
 * The apiVersion of what commands print for programs. A member may be added without a new version; one that goes or means
 * something else takes one.
 */
export const OUTPUT_VERSION = 'output.galera-injector.dev/v1';

/** A value as a whole text of its own, from which kubectl reads that value again. */
export function printed(value: unknown, format: 'json' | 'yaml'): string {
  const style = styleOf('', format);
  return `${format === 'json' ? bracketedText(value, '', style) : blockText(value, 0, style)}\n`;
}
