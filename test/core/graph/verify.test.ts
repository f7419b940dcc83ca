import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { Graph } from '../../../src/core/graph/ir';
import { verify } from '../../../src/core/graph/verify';
import { registry } from '../../../src/core/ops/registry';
import { float32 } from '../../../src/core/ops/typeRules';

/** y = relu(x + w), which w becomes. */
function sound(): Graph {
  const builder = new GraphBuilder(registry);
  const x = builder.input('data', 'x', float32(2, 3));
  const w = builder.input('state', 'w', float32(2, 3));
  builder.input('scalar', 'lr', float32());
  const y = builder.add('relu', [builder.add('add', [x, w], {})], {});
  builder.output('y', y);
  builder.update('w', y);
  builder.counter('steps');
  return builder.build();
}

test('accepts a sound graph', () => {
  expect(() => verify(sound())).not.toThrow();
});

function check(broken: (graph: Graph) => Partial<Graph>, message: string): void {
  test(`refuses: ${message}`, () => {
    const graph = sound();
    expect(() => verify({ ...graph, ...broken(graph) })).toThrow(message);
  });
}

check(({ nodes }) => ({ nodes: nodes.toReversed() }), 'node 0 (relu) reads value 3 before it is defined');
check(({ nodes }) => ({ nodes: [...nodes, nodes[1]!] }), 'node 2 (relu) defines value 4 a second time');
check(({ nodes, values }) => ({ nodes, values: [...values, float32(1)] }), 'nothing defines value 5');
check(({ values }) => ({ values: values.slice(0, 4) }), 'node 1 (relu) defines value 4, which has no type');
check(
  ({ values }) => ({ values: values.map((type, id) => (id === 4 ? float32(3, 2) : type)) }),
  'node 1 (relu) gives 2×3, but its output 0 is stored as 3×2',
);
check(
  ({ values }) => ({ values: values.map((type, id) => (id === 1 ? float32(2, 4) : type)) }),
  'node 0 (add): The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1',
);
check(
  ({ inputs }) => ({ inputs: inputs.map((input) => ({ ...input, name: 'x' })) }),
  "two inputs are named 'x'",
);
check(
  ({ inputs }) => ({ inputs: inputs.map((input) => ({ ...input, kind: 'scalar' as const })) }),
  "scalar 'x' is 2×3, not a float32 without dimensions",
);
check(({ outputs }) => ({ outputs: [...outputs, ...outputs] }), "two outputs are named 'y'");
check(() => ({ outputs: [{ name: 'y', value: 9 }] }), "output 'y' reads value 9 before it is defined");
check(({ updates }) => ({ updates: [...updates, ...updates] }), "two updates are named 'w'");
check(() => ({ updates: [{ name: 'x', value: 4 }] }), "update 'x' has no state of that name");
check(() => ({ updates: [{ name: 'w', value: 2 }] }), "state 'w' is 2×3, its update scalar");
check(() => ({ counters: ['steps', 'steps'] }), 'a counter is listed twice');
