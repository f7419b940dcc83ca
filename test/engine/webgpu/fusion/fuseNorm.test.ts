import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/core/graph/builder';
import type { TensorType, ValueId } from '../../../../src/core/graph/ir';
import { registry } from '../../../../src/core/ops/registry';
import { pullBack } from '../../../../src/core/passes/autograd';
import { fuseNorm } from '../../../../src/engine/webgpu/fusion/fuseNorm';
import { verifyDeviceGraph } from '../../../../src/engine/webgpu/fusion/verifyDeviceGraph';
import { compute, expectClose, numbers, useBackend } from '../compute';

const float = (...shape: number[]): TensorType => ({ shape, dtype: 'float32' });
const attributes = { training: true, momentum: 0.1, eps: 1e-5 } as const;

function build(more: (builder: GraphBuilder, x: ValueId, outputs: readonly ValueId[]) => void): string[] {
  const builder = new GraphBuilder(registry);
  const x = builder.input('data', 'x', float(2, 3, 4, 4));
  const vectors = ['weight', 'bias'].map((name) => builder.input('state', name, float(3)));
  more(builder, x, builder.addAll('batch_norm', [x, ...vectors, null, null], attributes));
  const graph = fuseNorm(builder.build());
  verifyDeviceGraph(graph, 'fuseNorm');
  return graph.nodes.map(({ op, attributes }) =>
    'activation' in attributes ? `${op} ${attributes.activation}` : op,
  );
}

/** The norm, ReLU, and the gradient of both with respect to `x`. */
function withGradient(builder: GraphBuilder, x: ValueId, [output]: readonly ValueId[]): void {
  const y = builder.add('relu', [output!], {});
  builder.output('y', y);
  builder.output(
    'dx',
    pullBack(builder, [{ value: y, gradient: builder.input('data', 'g', float(2, 3, 4, 4)) }], [x])[0]!,
  );
}

describe('norm and ReLU', () => {
  it('are one op forward and one backward', () => {
    expect(build(withGradient)).toEqual(['norm_activation relu', 'norm_activation_backward relu']);
  });

  it('stay two where something else reads what is between them', () => {
    const ops = build((builder, x, outputs) => {
      withGradient(builder, x, outputs);
      builder.output('between', outputs[0]!);
    });
    expect(ops).toEqual(['norm_activation none', 'relu', 'relu_backward', 'norm_activation_backward none']);
  });

  it('give the statistics one by one to whoever wants them', () => {
    const ops = build((builder, _, [, mean]) => builder.output('mean', mean!));
    expect(ops).toEqual(['norm_activation none', 'slice', 'reshape']);
  });
});

describe('on the device', () => {
  useBackend();

  // 1, 6 and 24 chunks a channel; whole vectors and not.
  for (const shape of [
    [6, 3, 5, 5],
    [6, 3, 40, 50],
    [2, 3, 128, 192],
  ] as const) {
    it(`${shape.join('×')}: numbers are those of the formulas`, async () => {
      const [n, c, h, w] = shape;
      const [x, g] = [numbers(shape), numbers(shape, 1)];
      const [weight, bias] = [numbers([c], 2), numbers([c], 3)];
      const found = await compute({ x, g, weight, bias }, (builder, ids) => {
        const [output] = builder.addAll(
          'batch_norm',
          [ids.x!, ids.weight!, ids.bias!, null, null],
          attributes,
        );
        const y = builder.add('relu', [output!], {});
        const wrt = [ids.x!, ids.weight!, ids.bias!];
        const [dx, dw, db] = pullBack(builder, [{ value: y, gradient: ids.g! }], wrt);
        return { y, dx: dx!, dw: dw!, db: db! };
      });
      const channel = (i: number) => Math.floor(i / (h * w)) % c;
      const perChannel = (value: (i: number) => number) => {
        const sums = new Float64Array(c);
        x.values.forEach((_, i) => {
          sums[channel(i)]! += value(i);
        });
        return sums;
      };
      const count = n * h * w;
      const mean = perChannel((i) => x.values[i]! / count);
      const variance = perChannel((i) => (x.values[i]! - mean[channel(i)]!) ** 2 / count);
      const normalized = (i: number) =>
        (x.values[i]! - mean[channel(i)]!) / Math.sqrt(variance[channel(i)]! + 1e-5);
      const y = (i: number) => normalized(i) * weight.values[channel(i)]! + bias.values[channel(i)]!;
      const passed = (i: number) => (y(i) > 0 ? g.values[i]! : 0);
      const dw = perChannel((i) => passed(i) * normalized(i));
      const db = perChannel(passed);
      const dx = Float64Array.from(x.values, (_, i) => {
        const at = channel(i);
        const slope = weight.values[at]! / Math.sqrt(variance[at]! + 1e-5);
        return slope * (passed(i) - db[at]! / count - (normalized(i) * dw[at]!) / count);
      });
      expectClose(
        found.get('y'),
        Float64Array.from(x.values, (_, i) => Math.max(0, y(i))),
        1e-5,
      );
      expectClose(found.get('dw'), dw, 1e-4);
      expectClose(found.get('db'), db, 1e-4);
      expectClose(found.get('dx'), dx, 1e-4);
    });
  }
});
