/** @file Where tensors live: slots shared, states updated in place where that is safe, limits named. */
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { TensorType, ValueId } from '../../../src/core/graph/ir';
import { registry } from '../../../src/core/ops/registry';
import { buildTrainingStep } from '../../../src/core/passes/trainingStep';
import type { Location, Plan } from '../../../src/engine/webgpu/plan';
import { planGraph } from '../../../src/engine/webgpu/planner';
import { layOutStates } from '../../../src/engine/webgpu/statePages';
import { buildCurveModel } from '../../golden/curveModels';
import { type CurveModel, readCurves } from '../../golden/curves';

const limit = 128 * 2 ** 20;
const nowhere = () => undefined;
const float = (...shape: number[]): TensorType => ({ shape, dtype: 'float32' });

function plan(build: (builder: GraphBuilder) => void, maxBindingBytes = limit): Plan {
  const builder = new GraphBuilder(registry);
  build(builder);
  return planGraph(builder.build(), { maxBindingBytes, subgroupSize: null, stateOf: nowhere });
}

function chain(builder: GraphBuilder, length: number): ValueId {
  let value = builder.input('data', 'x', float(1000));
  for (let i = 0; i < length; i++) value = builder.add('flip', [value], { dims: [0] });
  return value;
}

type Places = ReturnType<typeof layOutStates>['places'];

/** No dispatch reads a buffer that it also writes, or writes a region twice, as WebGPU demands. */
function expectNoConflict({ steps }: Plan, places: Places): void {
  const bufferOf = (location: Location): string => {
    if (location.kind === 'slot') return `slot ${location.slot}`;
    if (location.kind === 'state') return `page ${places.get(location.name)!.page}`;
    if (location.kind === 'page') return `page ${location.page}`;
    return location.kind === 'arena' ? `arena ${location.arena}` : location.kind;
  };
  for (const step of steps) {
    if (step.kind !== 'dispatch') continue;
    const { dispatch, locations } = step;
    dispatch.bindings.forEach(({ access }, i) => {
      if (access === 'read') return;
      locations.forEach((other, j) => {
        if (i === j || bufferOf(other) !== bufferOf(locations[i]!)) return;
        expect(dispatch.bindings[j]!.access, `${dispatch.name} reads and writes ${bufferOf(other)}`).not.toBe(
          'read',
        );
        expect(other, `${dispatch.name} writes ${bufferOf(other)} twice`).not.toEqual(locations[i]);
      });
    });
  }
}

describe('slots', () => {
  it('a chain of any length takes two', () => {
    const { slots, steps } = plan((builder) => builder.output('y', chain(builder, 20)));
    expect(slots).toEqual([4000, 4000]);
    expect(steps).toHaveLength(20);
  });

  it('a tensor that is read late keeps its own', () => {
    const { slots } = plan((builder) => {
      const early = chain(builder, 1);
      let late = early;
      for (let i = 0; i < 5; i++) late = builder.add('flip', [late], { dims: [0] });
      builder.output('y', builder.add('add', [early, late], {}));
    });
    expect(slots).toHaveLength(3);
  });

  it('a reshape is no dispatch, and keeps what it looks at alive', () => {
    const built = plan((builder) => {
      const view = builder.add('reshape', [chain(builder, 1)], { shape: [10, 100] });
      const other = builder.add('flip', [builder.add('exp', [builder.input('data', 'z', float(1000))], {})], {
        dims: [0],
      });
      builder.output('view', view);
      builder.output('other', other);
    });
    expect(built.steps).toHaveLength(3);
    expect(built.outputs[0]!.location).not.toEqual(built.outputs[1]!.location);
  });

  it('what nobody needs is not computed', () => {
    const { steps } = plan((builder) => {
      builder.add('sin', [chain(builder, 1)], {});
      builder.output('y', builder.add('cos', [builder.input('data', 'z', float(8))], {}));
    });
    expect(steps.map((step) => step.kind === 'dispatch' && step.dispatch.name)).toEqual(['cos']);
  });
});

describe('state', () => {
  const sgd = { momentum: 0, dampening: 0, weight_decay: 0, nesterov: false };
  const step = (builder: GraphBuilder) => {
    const weight = builder.input('state', 'weight', float(8));
    const grad = builder.input('data', 'grad', float(8));
    const lr = builder.input('scalar', 'lr', float());
    builder.update('weight', builder.add('sgd_update', [weight, grad, null, lr], sgd));
    return weight;
  };

  it('is updated in place where nobody reads the old value afterwards', () => {
    const { steps, updates, slots } = plan((builder) => {
      step(builder);
    });
    expect(steps.map(({ kind }) => kind)).toEqual(['dispatch']);
    expect(updates).toEqual([]);
    expect(slots).toEqual([]);
  });

  it('is copied first where somebody does', () => {
    const { steps, updates } = plan((builder) => {
      builder.output('old', builder.add('exp', [step(builder)], {}));
    });
    expect(steps.map(({ kind }) => kind)).toEqual(['copy', 'dispatch', 'dispatch']);
    expect(updates).toHaveLength(1);
  });

  it('two states that swap go through slots', () => {
    const { steps, updates } = plan((builder) => {
      const a = builder.input('state', 'a', float(4));
      const b = builder.input('state', 'b', float(4));
      builder.update('a', b);
      builder.update('b', a);
    });
    expect(steps.map(({ kind }) => kind)).toEqual(['copy', 'copy']);
    expect(updates.map(({ from, to }) => [from.kind, to])).toEqual([
      ['slot', { kind: 'state', name: 'a' }],
      ['slot', { kind: 'state', name: 'b' }],
    ]);
  });
});

/** The step of a curve's model, its states laid out as a store would. */
function planStep(model: CurveModel, run: number) {
  const { loss, task, runs, batchSize } = readCurves(model);
  const { graph, state } = buildCurveModel(model, 'train', batchSize);
  const training = buildTrainingStep({ graph, state, loss, task, optimizer: runs[run]!.optimizer });
  const { places } = layOutStates(training.stateSpecs, limit);
  const options = { maxBindingBytes: limit, subgroupSize: 8, stateOf: (name: string) => places.get(name) };
  return { built: planGraph(training.graph, options), places };
}

it('a whole training step binds nothing twice and updates every state in place', () => {
  for (const run of readCurves('seed_unet').runs.keys()) {
    const { built, places } = planStep('seed_unet', run);
    expectNoConflict(built, places);
    expect(built.updates).toEqual([]);
    expect(built.steps.every(({ kind }) => kind === 'dispatch')).toBe(true);
    expect(built.slots.length).toBeLessThan(built.steps.length / 2);
  }
});

it('all parameters are updated, and all weights packed, in one dispatch each', () => {
  const { built } = planStep('seed_unet', 0);
  const names = built.steps.map((step) => (step.kind === 'dispatch' ? step.dispatch.name : step.kind));
  expect(names.filter((name) => name.includes('pack weights'))).toHaveLength(1);
  expect(names.filter((name) => name.includes('update'))).toEqual(['sgd_update (all)']);
  expect(names.at(-1)).toBe('sgd_update (all)');
});

it('the step of a small U-Net keeps to its budget of dispatches', () => {
  const { graph, state } = buildCurveModel('seed_unet', 'train', 4, [16, 32]);
  const optimizer = readCurves('seed_unet').runs.find(({ optimizer }) => optimizer.name !== 'sgd')!.optimizer;
  const step = buildTrainingStep({ graph, state, loss: 'bce_with_logits', task: 'segmentation', optimizer });
  const { places } = layOutStates(step.stateSpecs, limit);
  const stateOf = (name: string) => places.get(name);
  const { steps } = planGraph(step.graph, { maxBindingBytes: limit, subgroupSize: 8, stateOf });
  expect(steps.length).toBeLessThanOrEqual(90);
});

it('a tensor beyond the device is named with its size and the limit', () => {
  const tooLarge = () =>
    plan(
      (builder) => {
        const x = builder.input('data', 'x', float(1, 8, 512, 512));
        const weight = builder.input('state', 'w', float(64, 8, 3, 3));
        const geometry = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 } as const;
        builder.output('y', builder.add('conv2d', [x, weight, null], geometry));
      },
      32 * 2 ** 20,
    );
  expect(tooLarge).toThrow(
    'the result of conv2d, 1×64×512×512 of float32, needs 64 MiB, but this device binds at most 32 MiB at once.',
  );
});
