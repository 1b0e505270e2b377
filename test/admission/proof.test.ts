import fc from 'fast-check';
import jsonpatch from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import { BrokenPatchError, prove } from '../../src/admission/proof.ts';
import type { Operation } from '../../src/injection/index.ts';

const pod = () => ({ metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'db' }] } });

describe('the proof of a patch', () => {
  it.each<[string, Operation]>([
    ['a parent that is missing', { op: 'add', path: '/spec/volumes/-', value: {} }],
    ['a parent that is text', { op: 'add', path: '/metadata/labels/a/b', value: '' }],
    ['a place beyond the end of the list', { op: 'add', path: '/spec/containers/2', value: {} }],
    ['a list by a name', { op: 'add', path: '/spec/containers/first', value: {} }],
    ['nothing to replace', { op: 'replace', path: '/metadata/annotations', value: {} }],
    ['what every object inherits', { op: 'add', path: '/metadata/constructor/x', value: 1 }],
    ['a path without its slash', { op: 'add', path: 'metadata', value: {} }],
  ])('fails for %s', (_what, operation) => {
    expect(() => prove(pod(), [operation])).toThrow(BrokenPatchError);
  });

  it('sees what earlier operations did, and changes neither pod nor patch', () => {
    const operations: Operation[] = [
      { op: 'add', path: '/metadata/annotations', value: {} },
      { op: 'add', path: '/metadata/annotations/a~1b', value: 'c' },
      { op: 'add', path: '/spec/containers/0', value: { name: 'init', env: [] } },
      { op: 'add', path: '/spec/containers/0/env/-', value: { name: 'A' } },
      { op: 'replace', path: '/metadata/annotations/a~1b', value: 'd' },
    ];
    const [given, asked] = [pod(), structuredClone(operations)];
    prove(given, asked);
    expect(given).toEqual(pod());
    expect(asked).toEqual(operations);
  });

  it('agrees with fast-json-patch about any patch', () => {
    const key = fc.constantFrom('a', 'b', '-', '0', '1', '01', '~1', '~0');
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc.constant('text'),
        fc.dictionary(key, tie('node')),
        fc.array(tie('node')),
      ),
    })).node;
    const path = fc.array(key, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
    const operation = fc.record({
      op: fc.constantFrom('add' as const, 'replace' as const),
      path,
      value: tree,
    });
    const root = fc.dictionary(key, tree);
    fc.assert(
      fc.property(root, fc.array(operation, { minLength: 1, maxLength: 4 }), (document, operations) => {
        expect(throws(() => prove(document, operations))).toBe(
          throws(() => jsonpatch.applyPatch(structuredClone(document), structuredClone(operations), true)),
        );
      }),
    );
  });
});

function throws(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}
