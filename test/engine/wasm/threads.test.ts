import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { registry } from '../../../src/core/ops/registry';
import { createWasmBackend } from '../../../src/engine/wasm/wasmBackend';
import { wasmBinary } from './ortWasm';

test('Node’s own build runs on two threads', async () => {
  const backend = await createWasmBackend({ wasmBinary, ort, numThreads: 2 });
  expect(backend.info.description).toContain('2 threads');
  const builder = new GraphBuilder(registry);
  const x = builder.input('data', 'x', { shape: [64, 64], dtype: 'float32' });
  builder.output('y', builder.add('matmul', [x, x], {}));
  const executable = await backend.compile(builder.build(), backend.createState([]));
  const data = new Map([['x', new Float32Array(64 * 64).fill(0.5)]]);
  const outputs = await executable.run({ data, scalars: {} });
  expect(new Set(outputs.get('y')!)).toEqual(new Set([16]));
});

test('the build without threads says one, whatever was asked', async () => {
  const backend = await createWasmBackend({ wasmBinary, numThreads: 4 });
  expect(backend.info.description).toContain('1 thread)');
});
