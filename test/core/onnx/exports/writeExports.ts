/**
 * @file Writes what check_exports.py shows to real PyTorch and to ONNX's own checker:
 *
 *   node src/build/runTypeScript.mjs test/core/onnx/exports/writeExports.ts FOLDER
 *   python3 test/core/onnx/exports/check_exports.py FOLDER
 *
 * ops/*.onnx: every op of the goldens; NAME.safetensors, NAME.onnx and NAME.json: the models of the curves after
 * twenty steps on the wasm backend, and their outputs here for three samples.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { exportOnnx } from '../../../../src/core/onnx/exportOnnx';
import { stateDictToSafetensors } from '../../../../src/core/weights/stateDict';
import { OnnxSession } from '../../../../src/engine/wasm/onnxSession';
import { createWasmBackend } from '../../../../src/engine/wasm/wasmBackend';
import { wasmBinary } from '../../../engine/wasm/ortWasm';
import { trainCurve } from '../../../engine/wasm/trainCurve';
import { buildCurveModel } from '../../../golden/curveModels';
import { curveBatch, evaluatedSample, readCurves } from '../../../golden/curves';
import { forwardGraph, goldenNames, readOpGoldens } from '../../../golden/opGoldens';

const folder = process.argv[2];
if (!folder) throw new Error('Usage: writeExports.ts FOLDER');
mkdirSync(join(folder, 'ops'), { recursive: true });

const goldens = readOpGoldens();
for (const [index, name] of goldenNames(goldens).entries()) {
  const file = `${name.replace(' #', '_')}.onnx`;
  writeFileSync(join(folder, 'ops', file), exportOnnx(forwardGraph(goldens[index]!), { modelName: name }));
}

const samples = 3;
const backend = await createWasmBackend({ wasmBinary });
for (const model of ['seed_unet', 'tiny_vgg'] as const) {
  const golden = readCurves(model);
  const run = golden.runs.at(-1)!;
  const { state } = await trainCurve(backend, golden, run);
  // Traced for one sample, run with three: the batch axis is free.
  const { graph, state: entries } = buildCurveModel(model, 'eval', 1);
  const values = new Map<string, ArrayLike<number>>([
    ...entries
      .filter(({ dtype }) => dtype === 'int64')
      .map(({ name }) => [name, [run.losses.length]] as const),
    ...state,
  ]);
  const onnx = exportOnnx(graph, { weights: values, modelName: golden.class });
  const session = await OnnxSession.create(onnx, { wasmBinary });
  const { input0 } = curveBatch(model, evaluatedSample, samples);
  const shape = [samples, ...golden.input];
  const [output] = await session.run(input0, shape);
  writeFileSync(join(folder, `${model}.safetensors`), stateDictToSafetensors(entries, values));
  writeFileSync(join(folder, `${model}.onnx`), onnx);
  const { class: className, args } = golden;
  writeFileSync(
    join(folder, `${model}.json`),
    JSON.stringify({
      class: className,
      args,
      input: { shape, values: [...input0] },
      output: { shape: output!.shape, values: [...output!.data] },
    }),
  );
}
