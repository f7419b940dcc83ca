import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { losses } from '../../../src/core/losses/losses';
import { alignTarget } from '../../../src/core/losses/target';
import { registry } from '../../../src/core/ops/registry';
import { addGradients } from '../../../src/core/passes/autograd';
import { simplify } from '../../../src/core/passes/simplify';
import { createWasmBackend } from '../../../src/engine/wasm/wasmBackend';
import { wasmBinary } from '../../engine/wasm/ortWasm';
import { tensorData } from '../../golden/opGoldens';
import { type LossGolden, readTrainingGoldens } from '../../golden/trainingGoldens';

const backend = await createWasmBackend({ wasmBinary });
const goldens = readTrainingGoldens().losses;

function lossGraph({ loss, output, target }: LossGolden) {
  const builder = new GraphBuilder(registry);
  const x = builder.input('data', 'output', { shape: output.shape, dtype: output.dtype });
  const y = builder.input('data', 'target', { shape: target.shape, dtype: target.dtype });
  const value = losses[loss].build(builder, x, alignTarget(builder, y, x));
  const [gradient] = addGradients(builder, value, [x]);
  builder.output('loss', value);
  builder.output('gradient', gradient!);
  return simplify(builder.build());
}

const cases = goldens.map((golden) => [golden.loss, golden.output.shape.join('×'), golden] as const);

test.each(cases)('%s of %s and its gradient are PyTorch’s', async (_loss, _shape, golden) => {
  const executable = await backend.compile(lossGraph(golden), backend.createState([]));
  const data = new Map([
    ['output', tensorData(golden.output)],
    ['target', tensorData(golden.target)],
  ]);
  const outputs = await executable.run({ data, scalars: {} });
  expect(outputs.get('loss')![0]).toBeCloseTo(golden.value, 5);
  const gradient = [...outputs.get('gradient')!];
  expect(gradient.length).toBe(golden.gradient.length);
  for (const [index, expected] of golden.gradient.entries()) expect(gradient[index]).toBeCloseTo(expected, 6);
  executable.dispose();
});

test('every loss has a golden', () => {
  expect(new Set(goldens.map(({ loss }) => loss))).toEqual(new Set(Object.keys(losses)));
});
