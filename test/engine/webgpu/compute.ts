/** @file Small graphs of float32 inputs, built, run on WebGPU and compared, for tests of kernels. */
import { afterAll, beforeAll, expect } from 'vitest';
import { requestDawnAdapter } from '../../../src/cli/dawn';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { elementCount, type TensorType, type ValueId } from '../../../src/core/graph/ir';
import { registry } from '../../../src/core/ops/registry';
import type { TensorData } from '../../../src/engine/backend';
import { createWebgpuBackend, type WebgpuBackend } from '../../../src/engine/webgpu/webgpuBackend';

let backend: WebgpuBackend;

/** To be called where a file's tests are declared: `compute` runs on its backend. */
export function useBackend(): void {
  beforeAll(async () => {
    const { gpu, adapter } = await requestDawnAdapter();
    backend = await createWebgpuBackend(gpu, { adapter });
  });
  afterAll(() => backend.dispose());
}

type Inputs = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly values: Float32Array<ArrayBuffer> }>
>;

export async function compute(
  inputs: Inputs,
  build: (
    builder: GraphBuilder,
    values: Readonly<Record<string, ValueId>>,
  ) => Readonly<Record<string, ValueId>>,
): Promise<Map<string, TensorData>> {
  const builder = new GraphBuilder(registry);
  const type = (shape: readonly number[]): TensorType => ({ shape, dtype: 'float32' });
  const ids = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }]) => [name, builder.input('data', name, type(shape))]),
  );
  for (const [name, id] of Object.entries(build(builder, ids))) builder.output(name, id);
  const executable = await backend.compile(builder.build(), backend.createState([]));
  const data = new Map(Object.entries(inputs).map(([name, { values }]) => [name, values]));
  const outputs = await executable.run({ data, scalars: {} });
  executable.dispose();
  return outputs;
}

/** Repeatable numbers in [−1, 1). */
export function numbers(shape: readonly number[], salt = 0) {
  let state = 12345 + salt;
  const values = Float32Array.from({ length: elementCount(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return { shape, values };
}

export function expectClose(
  found: TensorData | undefined,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(found).toHaveLength(expected.length);
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    worst = Math.max(worst, Math.abs(found![i]! - expected[i]!));
  }
  expect(worst / largest).toBeLessThan(tolerance);
}
