import { expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/core/graph/builder';
import type { TensorType } from '../../../../src/core/graph/ir';
import { registry } from '../../../../src/core/ops/registry';
import { fuseOptimizer } from '../../../../src/engine/webgpu/fusion/fuseOptimizer';
import { verifyDeviceGraph } from '../../../../src/engine/webgpu/fusion/verifyDeviceGraph';
import { layOutStates } from '../../../../src/engine/webgpu/statePages';

const float = (...shape: number[]): TensorType => ({ shape, dtype: 'float32' });
const sgd = { momentum: 0.9, dampening: 0, weight_decay: 0, nesterov: false };

/** Names of the ops after the pass; `extra` may add readers of the parameters `a` and `b`, old or new. */
function check(extra: (builder: GraphBuilder, old: number, updated: number) => void = () => {}): string[] {
  const builder = new GraphBuilder(registry);
  const lr = builder.input('scalar', 'lr', float());
  const specs = ['a', 'b'].flatMap((name) => [
    { name, type: float(4), page: 'parameters' },
    { name: `optimizer.momentum_buffer.${name}`, type: float(4), page: 'optimizer.momentum_buffer' },
  ]);
  const ids = new Map(specs.map(({ name, type }) => [name, builder.input('state', name, type)]));
  const updated = ['a', 'b'].map((name) => {
    const slot = `optimizer.momentum_buffer.${name}`;
    const grad = builder.add('square', [ids.get(name)!], {});
    const [weights, momentum] = builder.addAll('sgd_update', [ids.get(name)!, grad, ids.get(slot)!, lr], sgd);
    builder.update(name, weights!);
    builder.update(slot, momentum!);
    return weights!;
  });
  extra(builder, ids.get('a')!, updated[0]!);
  const { places } = layOutStates(specs, 1e6);
  const graph = fuseOptimizer(builder.build(), { stateOf: (name) => places.get(name) });
  verifyDeviceGraph(graph, 'fuseOptimizer');
  return graph.nodes.map(({ op }) => op);
}

it('makes one step of all updates in a page', () => {
  expect(check()).toEqual(['square', 'square', 'optimizer_step']);
});

it('comes after whoever reads an old parameter, and before whoever reads a new one', () => {
  const ops = check((builder, old, updated) => {
    builder.output('new', builder.add('exp', [updated], {}));
    builder.output('old', builder.add('sin', [old], {}));
  });
  expect(ops.indexOf('sin')).toBeLessThan(ops.indexOf('optimizer_step'));
  expect(ops.indexOf('exp')).toBeGreaterThan(ops.indexOf('optimizer_step'));
});

it('leaves parameters alone whose old value is an output, or that need each other', () => {
  expect(check((builder, old) => builder.output('old', old))).toContain('sgd_update');
  expect(
    check((builder, old, updated) => builder.output('moved', builder.add('sub', [old, updated], {}))),
  ).toContain('sgd_update');
});
