/** @file Small graphs for the tests of passes, written and read as text. */
import { expect } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { Graph, ValueId } from '../../../src/core/graph/ir';
import { print } from '../../../src/core/graph/print';
import { verify } from '../../../src/core/graph/verify';
import { registry } from '../../../src/core/ops/registry';

/** A graph whose only output is what `make` returns. */
export function graphOf(make: (builder: GraphBuilder) => ValueId): Graph {
  const builder = new GraphBuilder(registry);
  builder.output('y', make(builder));
  return builder.build();
}

/** The graph is sound and prints as `expected` (indentation aside). */
export function expectGraph(graph: Graph, expected: string): void {
  verify(graph);
  const lines = expected.split('\n').map((line) => line.trim());
  expect(print(graph).trim()).toBe(lines.filter((line) => line !== '').join('\n'));
}
