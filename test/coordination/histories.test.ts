import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

const NODES = 3;

const step = fc.record({
  kind: fc.constantFrom(
    'create',
    'create',
    'begin',
    'begin',
    'begin',
    'finish',
    'finish',
    'finish',
    'launch',
    'launch',
    'notice',
    'commit',
    'kill',
    'delete',
    'lose',
    'abort',
    'restart',
  ),
  node: fc.nat(NODES - 1),
  flag: fc.boolean(),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function perform(world: World, { kind, node: index, flag }: Step, volumesAreLost: boolean): void {
  const node = world.nodes[index];
  if (node === undefined) return;
  switch (kind) {
    case 'create':
      return world.createPod(node);
    case 'begin':
      return world.beginCall(node);
    case 'finish':
      return world.finishCall(index, flag && index === 0);
    case 'launch':
      return world.launch(node);
    case 'notice':
      return world.noticeReadiness(node);
    case 'commit':
      return world.commit();
    case 'kill':
      return world.kill(node);
    case 'delete':
      return world.deletePod(node, flag);
    case 'lose':
      return volumesAreLost ? world.loseVolume(node) : undefined;
    case 'abort':
      return world.abortTransfer(node);
    case 'restart':
      return world.restartNonPrimary(node);
  }
}

const runs = { numRuns: Number(process.env['HISTORIES'] ?? 3_000) };
/** Milliseconds; far above what the usual number takes, so that a long run is not cut. */
const PATIENCE = 3_600_000;

describe('over random histories of crashes, restarts, aborted transfers and two replicas', () => {
  it(
    'nobody bootstraps beside a primary component or from less than a surviving volume holds',
    () => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), fc.boolean(), (steps, durable) => {
          const world = new World({ nodes: NODES, durable });
          for (const one of steps) {
            perform(world, one, false);
            expect(world.violations).toEqual([]);
          }
        }),
        runs,
      );
    },
    PATIENCE,
  );

  it(
    'nobody bootstraps beside a primary component, whichever volumes are lost',
    () => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
          const world = new World({ nodes: NODES, durable: true });
          for (const one of steps) {
            perform(world, one, true);
            expect(world.violations).toEqual([]);
          }
        }),
        runs,
      );
    },
    PATIENCE,
  );

  it(
    'the cluster comes back by itself once the faults end, when no volume was lost',
    () => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), fc.boolean(), (steps, durable) => {
          const world = new World({ nodes: NODES, durable });
          for (const one of steps) perform(world, one, false);
          world.settle(20);
          expect(world.violations).toEqual([]);
          expect(new Set(world.serving)).toEqual(new Set([0, 1, 2]));
        }),
        runs,
      );
    },
    PATIENCE,
  );
});
