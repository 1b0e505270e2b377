/** Whether a message of a page is one that is printed, word for word. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decideStart } from '../../src/coordination/decide/index.ts';
import { PREFIX } from '../../src/injection/names.ts';
import { TABLE } from '../coordination/decision-table.ts';
import { ROOT } from './markdown.ts';

/** Where our messages are written. */
const SOURCES = ['src', 'agent', 'charts/galera-injector/templates'];

/**
 * The source with `…` for whatever is put in when it is printed, so that it reads as the page does: template literals,
 * shell variables, and literals that go on in the next line.
 */
export function printable(source: string): string {
  return source
    .replaceAll('${PREFIX}', PREFIX)
    .replaceAll(/['"`]\s*\+\s*['"`]/g, '')
    .replaceAll(/\\(['"`])/g, '$1')
    .replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')
    .replaceAll(/\$\w+/g, '…')
    .replaceAll(/…+/g, '…')
    .replaceAll(/\s+/g, ' ');
}

const sources = SOURCES.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => printable(readFileSync(join(entry.parentPath, entry.name), 'utf8'))),
);

/** What the coordinator answers in its decision table: these sentences are put together from small parts. */
const answers = TABLE.map(({ seen, report }) => decideStart(seen, report).answer.why);

/** The texts between what varies. A colon ends one too: after it often comes a sentence of another file. */
export function pieces(message: string): readonly string[] {
  return message
    .split(/…|(?<=:) /)
    .map((piece) => piece.replaceAll(/^\W+|\W+$/g, ''))
    .filter((piece) => piece !== '');
}

/** A text, and the same with what is put in when it is printed: a number, or one word of at least four. */
function forms(piece: string): readonly string[] {
  const words = piece.split(' ');
  const wordPutIn = words.length < 4 ? [] : words.map((_, at) => words.with(at, '…').join(' '));
  return [piece, piece.replaceAll(/\d+/g, '…'), ...wordPutIn];
}

/** A text of ours that is printed, or an answer of the coordinator's decision table. */
export function isPrinted(piece: string): boolean {
  return [...sources, ...answers].some((text) => forms(piece).some((form) => text.includes(form)));
}
