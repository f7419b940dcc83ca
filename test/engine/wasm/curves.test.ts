/** @file Twenty training steps on the wasm backend against PyTorch's losses, and the trained model's ONNX export. */
import { describe, expect, test } from 'vitest';
import { exportOnnx } from '../../../src/core/onnx/exportOnnx';
import { OnnxSession } from '../../../src/engine/wasm/onnxSession';
import { createWasmBackend } from '../../../src/engine/wasm/wasmBackend';
import { buildCurveModel } from '../../golden/curveModels';
import { curveBatch, evaluatedSample, readCurves } from '../../golden/curves';
import { wasmBinary } from './ortWasm';
import { trainCurve } from './trainCurve';

const backend = await createWasmBackend({ wasmBinary });

const cases = (['seed_unet', 'tiny_vgg'] as const).flatMap((model) => {
  const golden = readCurves(model);
  return golden.runs.map((run) => ({ name: `${model} with ${run.optimizer.name}`, golden, run }));
});

describe.each(cases)('$name', ({ golden, run }) => {
  test('has PyTorch’s losses, and its export PyTorch’s outputs', async () => {
    const { losses, state } = await trainCurve(backend, golden, run);
    for (const [index, expected] of run.losses.entries()) {
      expect(Math.abs(losses[index]! / expected - 1), `step ${index + 1}`).toBeLessThan(1e-4);
    }

    const { graph } = buildCurveModel(golden.model, 'eval', 1);
    const session = await OnnxSession.create(exportOnnx(graph, { weights: state }), { wasmBinary });
    const { input0 } = curveBatch(golden.model, evaluatedSample, 1);
    const [output] = await session.run(input0, [1, ...golden.input]);
    expect(output!.shape).toEqual(run.evaluation.shape);
    expect(worstRelative(output!.data, run.evaluation.values)).toBeLessThan(evaluationTolerance);
    session.dispose();
  });
});

/** Of the largest output: twenty updates have added up rounding of either side. */
const evaluationTolerance = 1e-3;

function worstRelative(found: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, index) => Math.abs(found[index]! - value))) / scale;
}
