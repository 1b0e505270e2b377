import { describe, expect, it } from 'vitest';
import { World } from './world.ts';

/** A cluster that has formed and committed something; no coordinator answers from then on. */
function formed(replicas: number): World {
  const world = new World({ replicas, workload: 'kept', ordered: false });
  world.settle(4);
  world.group.commit();
  world.network.toggleCoordinator();
  return world;
}

function isolateAll(world: World): void {
  for (const node of world.nodes) world.network.isolate(node);
}

describe('in a partition of the model', () => {
  it('the side with the majority goes on, and the other one follows when it heals', () => {
    const world = formed(3);
    world.network.split(1);
    world.group.commit();
    expect(world.group.serving).toEqual([1, 2]);
    world.network.heal();
    expect(new Set(world.group.serving)).toEqual(new Set([0, 1, 2]));
    expect(world.nodes.map(({ volume }) => (volume.kind === 'data' ? volume.tip : null))).toEqual(
      Array(3).fill(world.group.tip),
    );
  });

  it.each([
    ['two halves', 4, (world: World) => world.network.split(2)],
    ['three single members', 3, isolateAll],
  ])('%s serve nobody, and form the cluster again by themselves', (_what, replicas, divide) => {
    const world = formed(replicas);
    divide(world);
    expect(world.group.serving).toEqual([]);
    world.network.heal();
    expect(world.group.serving).toHaveLength(replicas);
    expect(world.violations).toEqual([]);
  });

  it('a half whose other half has lost a volume does not form it again', () => {
    const world = formed(4);
    world.network.split(2);
    const [first] = world.nodes;
    if (first === undefined) throw new Error('a world of 4 has no first node');
    world.deletePod(first, false);
    world.workload.loseVolume(first);
    world.network.heal();
    expect(world.group.serving).toEqual([]);
  });

  it('a member of the majority that crashes takes the primary component with it', () => {
    const world = formed(3);
    world.network.split(1);
    const [, second] = world.nodes;
    if (second === undefined) throw new Error('a world of 3 has no second node');
    world.kill(second);
    expect(world.group.serving).toEqual([]);
  });
});
