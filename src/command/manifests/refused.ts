/** Scalars that the `yaml` package reads and go-yaml, which kubectl reads with, does not. */
import { type Document, isCollection, type Scalar, visit } from 'yaml';
import { ReadingError } from './reading.ts';

interface Refusal {
  readonly types: readonly (Scalar.Type | undefined)[];
  /** Whether only a scalar within brackets is meant. */
  readonly inside?: true;
  /** The scalar as it is written. */
  readonly written: RegExp;
  readonly message: (raw: string) => string;
}

const REFUSALS: readonly Refusal[] = [
  {
    types: ['PLAIN'],
    inside: true,
    written: /\?|^:/,
    message: (raw) => `${raw} means something else within brackets: put it in quotes`,
  },
  {
    types: ['QUOTE_DOUBLE'],
    written: /^(?:[^\\]|\\[^/])*\\\//,
    message: () => String.raw`\/ is no escape of YAML: take the backslash out`,
  },
  {
    types: ['BLOCK_LITERAL', 'BLOCK_FOLDED'],
    written: /^[|>][-+]?[ \t]*(?:#.*)?\r?\n(?: *\r?\n)* *\t/,
    message: (raw) => `a tab begins the text: say how many blanks indent it, as in ${raw.slice(0, 1)}2`,
  },
];

/** Refuses scalars of a document, and characters between them. @throws ReadingError */
export function refuseScalars(tree: Document, text: string): void {
  let last = 0;
  visit(tree, {
    Scalar(_, { range, type }, path) {
      const [start = 0, end = 0] = range ?? [];
      const raw = text.slice(start, end);
      const isInside = path.some((node) => isCollection(node) && node.flow === true);
      const refusal = REFUSALS.find(
        ({ types, inside, written }) =>
          types.includes(type) && (isInside || inside !== true) && written.test(raw),
      );
      if (refusal !== undefined) throw new ReadingError(refusal.message(raw), start);
      if (type !== 'QUOTE_DOUBLE' && type !== 'QUOTE_SINGLE') return;
      refuseSeparators(text.slice(last, start), last);
      last = end;
    },
  });
  refuseSeparators(text.slice(last), last);
}

/** go-yaml ends a line there, except within quotes. */
function refuseSeparators(text: string, at: number): void {
  const index = text.search(/[\u2028\u2029]/);
  if (index >= 0)
    throw new ReadingError('an invisible line separator (U+2028) stands here: take it out', at + index);
}
