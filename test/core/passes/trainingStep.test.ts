import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { Graph } from '../../../src/core/graph/ir';
import { print } from '../../../src/core/graph/print';
import { registry } from '../../../src/core/ops/registry';
import { float32, int64 } from '../../../src/core/ops/typeRules';
import {
  buildEvaluationStep,
  buildInference,
  buildTrainingStep,
  LossMismatchError,
} from '../../../src/core/passes/trainingStep';
import type { OptimizerSettings } from '../../../src/core/runs/experiment';
import { type BuiltModel, buildCurveModel } from '../../golden/curveModels';

const optimizer: OptimizerSettings = {
  name: 'sgd',
  lr: 0.1,
  momentum: 0.9,
  nesterov: false,
  weightDecay: 0,
  betas: [0.9, 0.999],
  eps: 1e-8,
};

/** One linear layer behind dropout, an unused parameter and a frozen bias. */
function smallModel(mode: 'train' | 'eval'): BuiltModel {
  const builder = new GraphBuilder(registry);
  const x = builder.input('data', 'input0', float32(2, 3));
  const weight = builder.input('state', 'fc.weight', float32(4, 3));
  const bias = builder.input('state', 'fc.bias', float32(4));
  builder.input('state', 'unused', float32(5));
  const dropped = builder.add('dropout', [x], { p: 0.5, training: mode === 'train' }, 0);
  builder.output('output0', builder.add('linear', [dropped, weight, bias], {}, 1));
  const entry = (name: string, shape: readonly number[], trainable: boolean) =>
    ({ name, shape, dtype: 'float32', kind: 'parameter', trainable }) as const;
  return {
    graph: builder.build(),
    state: [entry('fc.weight', [4, 3], true), entry('fc.bias', [4], false), entry('unused', [5], true)],
  };
}

const classify = { loss: 'cross_entropy', task: 'classification' } as const;
const stateNames = (graph: Graph) =>
  graph.inputs.filter(({ kind }) => kind === 'state').map(({ name }) => name);

describe('buildTrainingStep', () => {
  test('a small classifier, line by line', async () => {
    const step = buildTrainingStep({ ...smallModel('train'), ...classify, optimizer });
    await expect(print(step.graph)).toMatchFileSnapshot('./smallStep.snap.txt');
    expect(step.targetType).toEqual(int64(2));
    expect(step.stateSpecs).toEqual([
      { name: 'fc.weight', type: float32(4, 3), init: 'model', page: 'parameters' },
      { name: 'fc.bias', type: float32(4), init: 'model', page: 'parameters' },
      { name: 'unused', type: float32(5), init: 'model', page: 'parameters' },
      {
        name: 'optimizer.momentum_buffer.fc.weight',
        type: float32(4, 3),
        init: 0,
        page: 'optimizer.momentum_buffer',
      },
    ]);
  });

  test('the seed U-Net: every parameter and running statistic moves, and the image takes no gradient', () => {
    const { graph, state } = buildCurveModel('seed_unet', 'train', 4);
    const step = buildTrainingStep({
      graph,
      state,
      loss: 'bce_with_logits',
      task: 'segmentation',
      optimizer: { ...optimizer, name: 'adamw' },
    });
    const counters = state.filter(({ name }) => name.endsWith('num_batches_tracked')).map(({ name }) => name);
    const updated = new Set(step.graph.updates.map(({ name }) => name));
    for (const { name } of state) expect(updated.has(name), name).toBe(!counters.includes(name));
    expect(step.graph.counters).toEqual(counters);
    expect(step.stateSpecs.some(({ name }) => counters.includes(name))).toBe(false);
    const convolutions = graph.nodes.filter(({ op }) => op === 'conv2d' || op === 'conv_transpose2d').length;
    const ops = step.graph.nodes.map(({ op }) => op);
    const count = (...names: string[]) => ops.filter((op) => names.includes(op)).length;
    expect(count('conv2d_weight_grad')).toBe(convolutions);
    // Forward and, for all but the first layer, the gradient of the input.
    expect(count('conv2d', 'conv_transpose2d')).toBe(2 * convolutions - 1);
    expect(step.graph.nodes.length).toBeLessThanOrEqual(143);
  });

  test('a loss that does not suit the output is refused with a hint', () => {
    const { graph, state } = buildCurveModel('seed_unet', 'train', 4);
    const build = () =>
      buildTrainingStep({ graph, state, loss: 'cross_entropy', task: 'segmentation', optimizer });
    expect(build).toThrow(LossMismatchError);
    expect(build).toThrow('cross_entropy needs one channel a class, got 4×1×64×64 float32');
  });
});

describe('buildEvaluationStep', () => {
  test('has loss, metrics and class probabilities, and updates nothing', () => {
    const { graph, targetType, stateSpecs } = buildEvaluationStep({
      graph: smallModel('eval').graph,
      ...classify,
    });
    expect(print(graph)).toBe(`data input0: 2×3
state fc.weight: 4×3
state fc.bias: 4
data target: 2 int64
%0 = linear(input0, fc.weight, fc.bias): 2×4
%1 = one_hot(target) num_classes=4: 2×4
%2 = log_softmax(%0) dim=1: 2×4
%3 = mul(%2, %1): 2×4
%4 = sum(%3) dim=[0,1] keepdim=false: scalar
%5 = sum(%1) dim=[0,1] keepdim=false: scalar
%6 = div(%4, %5): scalar
%7 = neg(%6): scalar
%8 = argmax(%0) dim=1 keepdim=false: 2 int64
%9 = one_hot(%8) num_classes=4: 2×4
%10 = mul(%9, %1): 2×4
%11 = sum(%10) dim=[1] keepdim=false: 2
%12 = softmax(%0) dim=1: 2×4
output loss = %7
output metric.correct = %11
output prediction = %12
`);
    expect(targetType).toEqual(int64(2));
    expect(stateSpecs.map(({ name }) => name)).toEqual(['fc.weight', 'fc.bias']);
  });

  test('takes integer masks where it is told to', () => {
    const { graph } = buildCurveModel('seed_unet', 'eval', 1);
    const targetType = int64(1, 64, 64);
    const step = buildEvaluationStep({ graph, loss: 'bce_dice', task: 'segmentation', targetType });
    expect(step.targetType).toEqual(targetType);
    expect(step.graph.outputs.map(({ name }) => name)).toEqual([
      'loss',
      'metric.intersection',
      'metric.prediction',
      'metric.target',
      'prediction',
    ]);
  });
});

describe('buildInference', () => {
  test('is the forward pass and its probabilities', () => {
    const graph = buildInference(smallModel('eval').graph, 'classification');
    expect(graph.nodes.map(({ op }) => op)).toEqual(['linear', 'softmax']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['prediction']);
    expect(stateNames(graph)).toEqual(['fc.weight', 'fc.bias']);
  });

  test('limits the output of a model trained by mse instead of squashing it', () => {
    const { graph } = buildCurveModel('seed_unet', 'eval', 1);
    expect(buildInference(graph, 'segmentation').nodes.at(-1)!.op).toBe('sigmoid');
    expect(buildInference(graph, 'segmentation', 'mse').nodes.at(-1)!.op).toBe('clamp');
  });

  test('refuses a model of another task', () => {
    const { graph } = buildCurveModel('tiny_vgg', 'eval', 1);
    expect(() => buildInference(graph, 'segmentation')).toThrow(
      'cross_entropy needs N×C×H×W output for segmentation, got 1×10 float32.',
    );
  });
});

describe('a model that applies its own last activation', () => {
  /** One channel through `activation`. */
  const ending = (activation: 'sigmoid' | 'softmax'): Graph => {
    const builder = new GraphBuilder(registry);
    const x = builder.input('data', 'input0', float32(2, activation === 'sigmoid' ? 1 : 3, 4, 4));
    const y =
      activation === 'sigmoid' ? builder.add('sigmoid', [x], {}) : builder.add('softmax', [x], { dim: 1 });
    builder.output('output0', y);
    return builder.build();
  };
  const opsOf = (graph: Graph) => graph.nodes.map(({ op }) => op);

  test('is taken before its sigmoid, so that bce_with_logits is BCELoss and Dice counts right', () => {
    const { graph } = buildEvaluationStep({
      graph: ending('sigmoid'),
      loss: 'bce_with_logits',
      task: 'segmentation',
    });
    expect(print(graph)).toContain('softplus(input0)');
    expect(print(graph)).toContain('gt_scalar(input0) value=0');
    expect(opsOf(buildInference(ending('sigmoid'), 'segmentation'))).toEqual(['sigmoid']);
  });

  test('keeps its sigmoid for mse, which compares it with the mask', () => {
    const { graph } = buildEvaluationStep({ graph: ending('sigmoid'), loss: 'mse', task: 'segmentation' });
    expect(opsOf(graph).filter((op) => op === 'sigmoid')).toHaveLength(1);
    expect(print(graph)).toContain('gt_scalar(%0) value=0.5');
  });

  test('is not softmaxed a second time for its prediction', () => {
    expect(opsOf(buildInference(ending('softmax'), 'segmentation'))).toEqual(['softmax']);
  });
});
