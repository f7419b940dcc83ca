/**
 * @file A hundred steps of three models, from the seed alone: 30 losses within a thousandth of PyTorch's, and from there no
 * further away than PyTorch is from itself with its initial weights moved by 1e-6.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TracedModel } from '../../src/core/graph/tracedModel';
import type { Backend } from '../../src/engine/backend';
import { backends } from '../engine/backends';
import { fixture, startTracing, target } from '../trace/tracing';
import { type LongCurveRun, readLongCurve, trainLongCurve } from './longCurve';

const CLOSE = 1e-3;
const CLOSE_STEPS = 30;
const { trace } = startTracing();

/** Where the losses part by more than they may, each as `step: ours instead of PyTorch's`. */
function tooFar(losses: readonly number[], run: LongCurveRun): string[] {
  return run.losses.flatMap((expected, index) => {
    const difference = Math.abs(losses[index]! / expected - 1);
    const allowed = index < CLOSE_STEPS ? CLOSE : Math.max(CLOSE, run.apart[index]!);
    return difference <= allowed ? [] : [`${index + 1}: ${losses[index]} instead of ${expected}`];
  });
}

const models = ['seed_unet', 'tiny_vgg', 'vit'];
describe.each(models)('%s', (name) => {
  const curve = readLongCurve(name);
  let model: TracedModel;
  beforeAll(async () => {
    const { file, args, input, batchSize } = curve;
    const result = await trace({ [file]: fixture(file) }, target(curve.name, args, [batchSize, ...input]), {
      timeoutMs: 60_000,
    });
    expect(result.diagnostics).toEqual([]);
    model = result.models[0]!;
  });

  describe.each(Object.keys(backends))('on %s', (backendName) => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await backends[backendName]!();
    });
    afterAll(() => backend.dispose());

    test.each(curve.runs.map((run) => [run.optimizer.name, run] as const))('with %s', async (_name, run) => {
      const losses = await trainLongCurve(backend, curve, model, run);
      const worst = (from: number, to: number) =>
        Math.max(...losses.slice(from, to).map((loss, i) => Math.abs(loss / run.losses[from + i]! - 1)));
      console.log(
        `${name} ${backendName} ${run.optimizer.name}: ${worst(0, 30).toExponential(1)} in 30 steps, ` +
          `${worst(30, 100).toExponential(1)} after (PyTorch from itself ${run.apart.at(-1)})`,
      );
      expect(tooFar(losses, run)).toEqual([]);
    });
  });
});
