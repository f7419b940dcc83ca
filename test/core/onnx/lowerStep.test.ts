import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { lowerStep } from '../../../src/core/onnx/lowerStep';
import { registry } from '../../../src/core/ops/registry';

test('a step names what goes in, what comes out, and what has to be drawn', () => {
  const builder = new GraphBuilder(registry);
  const type = { shape: [2, 3], dtype: 'float32' } as const;
  const x = builder.input('data', 'input0', type);
  const weight = builder.input('state', 'weight', type);
  builder.input('state', 'unused', type);
  const seed = builder.input('scalar', 'seed', { shape: [], dtype: 'float32' });
  const mask = builder.add('dropout_mask', [seed], { shape: [2, 3], p: 0.5, stream: 4 });
  const product = builder.add('mul', [builder.add('mul', [x, weight], {}), mask], {});
  builder.output('weight', product);
  builder.update('weight', product);

  const { inputs, outputs, updates, generated } = lowerStep(builder.build());
  expect(inputs.map(({ kind, name, onnxName }) => [kind, name, onnxName])).toEqual([
    ['data', 'input0', 'data/input0'],
    ['state', 'weight', 'state/weight'],
    ['scalar', 'seed', 'scalar/seed'],
  ]);
  expect(generated).toEqual([{ name: 'generated/0', shape: [2, 3], p: 0.5, stream: 4, seed: 'scalar/seed' }]);
  // An output and a state may share a name, and even a value.
  expect(outputs.map(({ onnxName }) => onnxName)).toEqual(['output/weight']);
  expect(updates.map(({ onnxName }) => onnxName)).toEqual(['next/weight']);
});
