import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { alignTarget } from '../../../src/core/losses/target';
import { addMetrics } from '../../../src/core/metrics/addMetrics';
import { readMetrics, scoreSamples } from '../../../src/core/metrics/readMetrics';
import { registry } from '../../../src/core/ops/registry';
import type { LossName, Task } from '../../../src/core/runs/experiment';
import { createWasmBackend } from '../../../src/engine/wasm/wasmBackend';
import { wasmBinary } from '../../engine/wasm/ortWasm';

const backend = await createWasmBackend({ wasmBinary });

interface Batch {
  readonly task: Task;
  readonly loss: LossName;
  readonly output: { readonly shape: readonly number[]; readonly values: readonly number[] };
  readonly target: { readonly shape: readonly number[]; readonly values: readonly number[] };
}

/** The metric outputs of one batch with class-index targets, taken by the wasm backend. */
async function measure({ task, loss, output, target }: Batch) {
  const builder = new GraphBuilder(registry);
  const x = builder.input('data', 'output', { shape: output.shape, dtype: 'float32' });
  const y = builder.input('data', 'target', { shape: target.shape, dtype: 'int64' });
  addMetrics(builder, task, loss, x, alignTarget(builder, y, x));
  const executable = await backend.compile(builder.build(), backend.createState([]));
  const outputs = await executable.run({
    data: new Map<string, Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>>([
      ['output', Float32Array.from(output.values)],
      ['target', Int32Array.from(target.values)],
    ]),
    scalars: {},
  });
  executable.dispose();
  return outputs;
}

describe('segmentation', () => {
  test('of one channel counts pixels above probability ½', async () => {
    const outputs = await measure({
      task: 'segmentation',
      loss: 'bce_dice',
      output: { shape: [3, 1, 2, 2], values: [1, 2, -1, -1, /**/ -1, -1, -1, 0, /**/ 3, -1, -1, -1] },
      target: { shape: [3, 2, 2], values: [1, 0, 1, 0, /**/ 0, 0, 0, 0, /**/ 0, 0, 0, 0] },
    });
    expect([...outputs.get('metric.intersection')!]).toEqual([1, 0, 0]);
    expect([...outputs.get('metric.prediction')!]).toEqual([2, 0, 1]);
    expect([...outputs.get('metric.target')!]).toEqual([2, 0, 0]);
    const scores = scoreSamples('segmentation', outputs, 3);
    // Half right; rightly empty; wrongly not empty.
    expect(scores.dice).toEqual([0.5, 1, 0]);
    expect(scores.iou).toEqual([1 / 3, 1, 0]);
    expect(readMetrics('segmentation', outputs, 3)).toEqual({ dice: 0.5, iou: (1 / 3 + 1) / 3 });
  });

  test('by mse decides at ½ of the output itself', async () => {
    const outputs = await measure({
      task: 'segmentation',
      loss: 'mse',
      output: { shape: [1, 1, 1, 4], values: [0.4, 0.6, 0.9, 0.1] },
      target: { shape: [1, 1, 4], values: [1, 1, 1, 0] },
    });
    expect([...outputs.get('metric.prediction')!]).toEqual([2]);
  });

  test('of several classes averages over the foreground classes that occur', async () => {
    const outputs = await measure({
      task: 'segmentation',
      loss: 'cross_entropy',
      // Four pixels; the winners are classes 0, 1, 1, 2.
      output: {
        shape: [1, 4, 1, 4],
        values: [5, 0, 0, 0, /**/ 0, 5, 5, 0, /**/ 0, 0, 0, 5, /**/ 0, 0, 0, 0],
      },
      target: { shape: [1, 1, 4], values: [0, 1, 2, 2] },
    });
    expect([...outputs.get('metric.target')!]).toEqual([1, 2, 0]);
    // Class 1: 2·1/(2 + 1); class 2: 2·1/(1 + 2); class 3 is in neither.
    expect(readMetrics('segmentation', outputs, 1).dice).toBeCloseTo(2 / 3, 6);
  });
});

describe('classification', () => {
  test('counts the samples whose largest logit is the label’s', async () => {
    const outputs = await measure({
      task: 'classification',
      loss: 'cross_entropy',
      output: { shape: [3, 3], values: [1, 2, 0, /**/ 4, 0, 1, /**/ 0, 0, 1] },
      target: { shape: [3], values: [1, 1, 2] },
    });
    expect([...outputs.get('metric.correct')!]).toEqual([1, 0, 1]);
    expect(readMetrics('classification', outputs, 3).accuracy).toBeCloseTo(2 / 3, 6);
    expect(scoreSamples('classification', outputs, 3, 2)).toEqual({ accuracy: [1, 0] });
  });

  test('of one logit decides at 0', async () => {
    const outputs = await measure({
      task: 'classification',
      loss: 'bce_with_logits',
      output: { shape: [3, 1], values: [1, -2, 0.5] },
      target: { shape: [3], values: [1, 1, 0] },
    });
    expect([...outputs.get('metric.correct')!]).toEqual([1, 0, 0]);
  });
});
