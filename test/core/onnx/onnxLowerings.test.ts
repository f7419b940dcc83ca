/** @file Every op and every gradient, lowered to ONNX and run by ONNX Runtime, against PyTorch's numbers. */
import { expect, test } from 'vitest';
import type { Graph } from '../../../src/core/graph/ir';
import type { OpName } from '../../../src/core/ops/attributes';
import { registry } from '../../../src/core/ops/registry';
import type { RunFeeds } from '../../../src/engine/backend';
import { createWasmBackend } from '../../../src/engine/wasm/wasmBackend';
import { wasmBinary } from '../../engine/wasm/ortWasm';
import {
  forwardGraph,
  type GoldenTensor,
  goldenFeeds,
  goldenNames,
  gradientGraph,
  readOpGoldens,
  tensorData,
} from '../../golden/opGoldens';

const backend = await createWasmBackend({ wasmBinary });
const noState = backend.createState([]);
const goldens = readOpGoldens();
const cases = goldenNames(goldens).map((name, index) => [name, goldens[index]!] as const);

/** Sums of many products: their order differs from PyTorch's. */
const summing = /conv|linear|matmul|sum|mean|norm|pool|interpolate|softmax|update/;

function tolerance(op: OpName): number {
  return summing.test(op) ? 1e-4 : 1e-5;
}

/** Absolute up to 1, relative above. */
function expectClose(found: ArrayLike<number> | undefined, expected: GoldenTensor, within: number): void {
  const wanted = tensorData(expected);
  expect(found?.length).toBe(wanted.length);
  for (const [index, value] of wanted.entries()) {
    const actual = found![index]!;
    if (Object.is(actual, value) || (Number.isNaN(actual) && Number.isNaN(value))) continue;
    const error = Math.abs(actual - value) / Math.max(1, Math.abs(value));
    expect(error, `element ${index}: ${actual} for ${value}`).toBeLessThanOrEqual(within);
  }
}

async function run(graph: Graph, feeds: RunFeeds) {
  const executable = await backend.compile(graph, noState);
  try {
    return await executable.run(feeds);
  } finally {
    executable.dispose();
  }
}

test('every op of the registry has a golden, but our own dropout masks, which wasmBackend.test.ts checks', () => {
  const covered = new Set(goldens.map(({ op }) => op));
  expect(Object.keys(registry).filter((op) => !covered.has(op as OpName))).toEqual(['dropout_mask']);
});

test.each(cases)('%s', async (_, golden) => {
  const outputs = await run(forwardGraph(golden), goldenFeeds(golden));
  for (const [index, expected] of golden.outputs.entries()) {
    expectClose(outputs.get(`output${index}`), expected, tolerance(golden.op));
  }
});

test.each(cases.filter(([, { gradInputs }]) => gradInputs))('gradient of %s', async (_, golden) => {
  const outputs = await run(gradientGraph(golden), goldenFeeds(golden, 'gradient'));
  for (const [index, expected] of golden.gradInputs!.entries()) {
    if (expected) expectClose(outputs.get(`grad_input${index}`), expected, tolerance(golden.op));
  }
});
