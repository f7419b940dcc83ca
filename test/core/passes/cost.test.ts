/** @file Multiply–accumulates of the ops that have some; whole models are in test/models/macs.test.ts. */
import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { registry } from '../../../src/core/ops/registry';
import { float32, int64 } from '../../../src/core/ops/typeRules';
import { graphMacs } from '../../../src/core/passes/cost';

/** Of one graph: its data inputs, and what is made of them. */
function macs(build: (builder: GraphBuilder) => void): number {
  const builder = new GraphBuilder(registry);
  build(builder);
  return graphMacs(builder.build());
}

const geometry = { stride: [2, 2], padding: [1, 1], dilation: [1, 1], groups: 2 } as const;

test('a convolution: outputs × input channels of a group × kernel', () => {
  const count = macs((b) => {
    const x = b.input('data', 'x', float32(3, 4, 9, 9));
    const weight = b.input('data', 'weight', float32(6, 2, 3, 3));
    b.output('y', b.add('conv2d', [x, weight, null], geometry));
  });
  expect(count).toBe(3 * 6 * 5 * 5 * 2 * 9);
});

test('a transposed convolution: inputs × output channels of a group × kernel', () => {
  const count = macs((b) => {
    const x = b.input('data', 'x', float32(3, 4, 5, 5));
    const weight = b.input('data', 'weight', float32(4, 3, 3, 3));
    b.output('y', b.add('conv_transpose2d', [x, weight, null], { ...geometry, output_padding: [0, 0] }));
  });
  expect(count).toBe(3 * 4 * 5 * 5 * 3 * 9);
});

test('linear layers and products, each summed axis once; elementwise ops count none', () => {
  const count = macs((b) => {
    const x = b.input('data', 'x', float32(2, 7, 5));
    const weight = b.input('data', 'weight', float32(4, 5));
    const y = b.add('linear', [x, weight, null], {});
    const z = b.input('data', 'z', float32(4, 3));
    b.output('y', b.add('exp', [b.add('matmul', [y, z], {})], {}));
  });
  expect(count).toBe(2 * 7 * 4 * 5 + 2 * 7 * 3 * 4);
});

test('looking rows of a table up costs none', () => {
  const count = macs((b) => {
    const rows = b.add('one_hot', [b.input('data', 'index', int64(6))], { num_classes: 10 });
    b.output('y', b.add('matmul', [rows, b.input('data', 'table', float32(10, 4))], {}));
  });
  expect(count).toBe(0);
});
