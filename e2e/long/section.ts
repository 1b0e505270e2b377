/** Results of long runs as sections of a page. */

/** The page with the section of this title replaced, or added at its end. A section ends where the next one begins. */
export function withSection(page: string, title: string, body: string): string {
  const heading = `## ${title}`;
  const section = `${heading}\n\n${body.trim()}\n`;
  const lines = page.split('\n');
  const from = lines.indexOf(heading);
  if (from === -1) return `${page.trimEnd()}\n\n${section}`;
  const rest = lines.findIndex((line, index) => index > from && line.startsWith('## '));
  const before = lines.slice(0, from).join('\n').trimEnd();
  const after = rest === -1 ? '' : `\n${lines.slice(rest).join('\n').trimEnd()}\n`;
  return `${before}\n\n${section}${after}`;
}
