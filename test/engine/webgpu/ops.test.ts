/** @file Every op of the registry, with every example, gives PyTorch's numbers on WebGPU, and so does its gradient. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestDawnAdapter } from '../../../src/cli/dawn';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { Graph } from '../../../src/core/graph/ir';
import type { OpName } from '../../../src/core/ops/attributes';
import { registry } from '../../../src/core/ops/registry';
import { dropoutMask } from '../../../src/core/random/counterHash';
import type { RunFeeds, TensorData } from '../../../src/engine/backend';
import { elementwise } from '../../../src/engine/webgpu/kernels/elementwise';
import { createWebgpuBackend, type WebgpuBackend } from '../../../src/engine/webgpu/webgpuBackend';
import {
  forwardGraph,
  type GoldenTensor,
  goldenFeeds,
  gradientGraph,
  readOpGoldens,
} from '../../golden/opGoldens';

let backend: WebgpuBackend;

beforeAll(async () => {
  const { gpu, adapter } = await requestDawnAdapter();
  backend = await createWebgpuBackend(gpu, { adapter });
});
afterAll(() => backend.dispose());

async function runOnce(graph: Graph, feeds: RunFeeds): Promise<Map<string, TensorData>> {
  const state = backend.createState([]);
  const executable = await backend.compile(graph, state);
  const outputs = await executable.run(feeds);
  executable.dispose();
  state.dispose();
  return outputs;
}

/** Relative to each element where ops work element by element (small ones to a hundredth of the largest). */
function expectClose(op: OpName, what: string, found: TensorData, { values }: GoldenTensor): void {
  expect(found.length, what).toBe(values.length);
  const largest = Math.max(...values.map(Math.abs));
  const [tolerance, floor] = op in elementwise ? [1e-5, largest / 100] : [1e-4, largest];
  values.forEach((value, i) => {
    const error = Math.abs(found[i]! - value) / Math.max(Math.abs(value), floor, 1e-6);
    expect(error, `${what}[${i}]: ${found[i]} for ${value}`).toBeLessThanOrEqual(tolerance);
  });
}

const goldens = readOpGoldens();

describe('every op equals PyTorch', () => {
  for (const op of Object.keys(registry) as OpName[]) {
    if (op === 'dropout_mask') continue;
    it(op, async () => {
      const cases = goldens.filter((golden) => golden.op === op);
      expect(cases).toHaveLength(registry[op].examples.length);
      for (const [index, golden] of cases.entries()) {
        const outputs = await runOnce(forwardGraph(golden), goldenFeeds(golden));
        golden.outputs.forEach((expected, i) => {
          expectClose(op, `#${index} output${i}`, outputs.get(`output${i}`)!, expected);
        });
        if (!golden.gradInputs) continue;
        const gradients = await runOnce(gradientGraph(golden), goldenFeeds(golden, 'gradient'));
        golden.gradInputs.forEach((expected, i) => {
          if (expected)
            expectClose(op, `#${index} grad_input${i}`, gradients.get(`grad_input${i}`)!, expected);
        });
      }
    });
  }
});

it('dropout_mask draws the bits of counterHash.ts', async () => {
  const builder = new GraphBuilder(registry);
  const seed = builder.input('scalar', 'seed', { shape: [], dtype: 'float32' });
  const attributes = { shape: [3, 1000], p: 0.3, stream: 5 };
  builder.output('mask', builder.add('dropout_mask', [seed], attributes));
  const outputs = await runOnce(builder.build(), { data: new Map(), scalars: { seed: 1234 } });
  expect(outputs.get('mask')).toEqual(dropoutMask(3000, 0.3, 5, 1234));
});
