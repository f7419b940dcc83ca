/**
 * @file Sizes that the registry's small examples do not reach, where kernels take their fast or split paths, against
 * plain loops in float64.
 */
import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../src/core/graph/builder';
import { elementCount, type ValueId } from '../../../src/core/graph/ir';
import type { ConvolutionAttributes } from '../../../src/core/ops/attributes';
import { pullBack } from '../../../src/core/passes/autograd';
import { compute, expectClose, numbers, useBackend } from './compute';

useBackend();

type Four = readonly [number, number, number, number];

/** Visits every (output, input, weight) triple of flat indexes that a convolution multiplies. */
function eachProduct(
  [n, c, h, w]: Four,
  [o, cg, kh, kw]: Four,
  [, , oh, ow]: Four,
  { stride, padding, dilation, groups }: ConvolutionAttributes,
  visit: (output: number, input: number, weight: number) => void,
): void {
  for (let b = 0; b < n; b++) {
    for (let oc = 0; oc < o; oc++) {
      const group = Math.floor(oc / (o / groups));
      for (let ic = 0; ic < cg; ic++) {
        for (let ky = 0; ky < kh; ky++) {
          for (let kx = 0; kx < kw; kx++) {
            const weight = ((oc * cg + ic) * kh + ky) * kw + kx;
            for (let y = 0; y < oh; y++) {
              const iy = y * stride[0] + ky * dilation[0] - padding[0];
              if (iy < 0 || iy >= h) continue;
              for (let x = 0; x < ow; x++) {
                const ix = x * stride[1] + kx * dilation[1] - padding[1];
                if (ix < 0 || ix >= w) continue;
                const input = ((b * c + group * cg + ic) * h + iy) * w + ix;
                visit(((b * o + oc) * oh + y) * ow + x, input, weight);
              }
            }
          }
        }
      }
    }
  }
}

describe('convolutions and both their gradients', () => {
  const same = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 } as const;
  const cases: readonly [string, Four, Four, ConvolutionAttributes][] = [
    ['3×3, two rows an invocation', [4, 3, 64, 64], [16, 3, 3, 3], same],
    ['3×3 into channels that fill no block', [1, 5, 16, 12], [11, 5, 3, 3], same],
    ['3×3 on odd widths', [2, 6, 21, 19], [9, 6, 3, 3], same],
    ['3×3 in groups', [2, 8, 16, 16], [12, 4, 3, 3], { ...same, groups: 2 }],
    ['depthwise', [2, 8, 16, 16], [8, 1, 3, 3], { ...same, groups: 8 }],
    ['1×1', [2, 20, 10, 10], [3, 20, 1, 1], { ...same, padding: [0, 0] }],
    [
      'strided and dilated',
      [2, 7, 23, 30],
      [10, 7, 5, 3],
      { ...same, stride: [3, 2], padding: [2, 3], dilation: [1, 2] },
    ],
    ['7×7, stride 2', [1, 3, 45, 45], [8, 3, 7, 7], { ...same, stride: [2, 2], padding: [3, 3] }],
  ];
  for (const [name, inShape, weightShape, attributes] of cases) {
    it(name, async () => {
      const input = numbers(inShape);
      const weight = numbers(weightShape, 1);
      const { stride, padding, dilation } = attributes;
      const size = (i: 0 | 1) =>
        Math.floor(
          (inShape[2 + i]! + 2 * padding[i] - dilation[i] * (weightShape[2 + i]! - 1) - 1) / stride[i],
        ) + 1;
      const outShape: Four = [inShape[0], weightShape[0], size(0), size(1)];
      const grad = numbers(outShape, 2);
      const outputs = await compute({ input, weight, grad }, (builder, ids) => {
        const output = builder.add('conv2d', [ids.input!, ids.weight!, null], attributes);
        const gradients = pullBack(
          builder,
          [{ value: output, gradient: ids.grad! }],
          [ids.input!, ids.weight!],
        );
        return { output, inputGrad: gradients[0]!, weightGrad: gradients[1]! };
      });
      const output = new Float64Array(elementCount(outShape));
      const inputGrad = new Float64Array(input.values.length);
      const weightGrad = new Float64Array(weight.values.length);
      eachProduct(inShape, weightShape, outShape, attributes, (o, i, w) => {
        output[o]! += input.values[i]! * weight.values[w]!;
        inputGrad[i]! += grad.values[o]! * weight.values[w]!;
        weightGrad[w]! += grad.values[o]! * input.values[i]!;
      });
      expectClose(outputs.get('output'), output, 2e-6);
      expectClose(outputs.get('inputGrad'), inputGrad, 2e-6);
      expectClose(outputs.get('weightGrad'), weightGrad, 5e-6);
    });
  }
});

it('matrix products whose sides fill no tile, with broadcast batches', async () => {
  const [batch, m, k, n] = [3, 45, 70, 51];
  const a = numbers([2, batch, m, k]);
  const b = numbers([batch, k, n], 1);
  const outputs = await compute({ a, b }, (builder, ids) => ({
    product: builder.add('matmul', [ids.a!, ids.b!], {}),
  }));
  const product = new Float64Array(2 * batch * m * n);
  for (let s = 0; s < 2 * batch; s++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        for (let l = 0; l < k; l++) {
          product[(s * m + i) * n + j]! +=
            a.values[(s * m + i) * k + l]! * b.values[((s % batch) * k + l) * n + j]!;
        }
      }
    }
  }
  expectClose(outputs.get('product'), product, 2e-6);
});

it('long reductions split, and give the same bits each time', async () => {
  const [n, c, h, w] = [3, 5, 130, 111];
  const x = numbers([n, c, h, w]);
  const build = (builder: GraphBuilder, ids: Readonly<Record<string, ValueId>>) => ({
    channels: builder.add('sum', [ids.x!], { dim: [0, 2, 3], keepdim: false }),
    all: builder.add('mean', [ids.x!], { dim: [0, 1, 2, 3], keepdim: false }),
    peak: builder.add('amax', [ids.x!], { dim: [0, 1, 2, 3], keepdim: false }),
  });
  const outputs = await compute({ x }, build);
  const sums = new Float64Array(c);
  x.values.forEach((value, i) => {
    sums[Math.floor(i / (h * w)) % c]! += value;
  });
  const total = sums.reduce((sum, value) => sum + value, 0);
  expectClose(outputs.get('channels'), sums, 1e-5);
  expectClose(outputs.get('all'), [total / x.values.length], 1e-4);
  expect(outputs.get('peak')![0]).toBe(x.values.reduce((a, b) => Math.max(a, b)));
  expect(await compute({ x }, build)).toEqual(outputs);
});

it('batch statistics keep their digits where the mean is a thousand deviations', async () => {
  const [n, c, h, w] = [4, 2, 50, 50];
  const x = numbers([n, c, h, w]);
  x.values.forEach((value, i) => {
    x.values[i] = 1000 + value;
  });
  const outputs = await compute({ x }, (builder, ids) => {
    const results = builder.addAll('batch_norm', [ids.x!, null, null, null, null], {
      training: true,
      momentum: 0.1,
      eps: 1e-5,
    });
    return { mean: results[1]!, variance: results[4]! };
  });
  const mean = new Float64Array(c);
  const variance = new Float64Array(c);
  const count = n * h * w;
  const channel = (i: number) => Math.floor(i / (h * w)) % c;
  x.values.forEach((value, i) => {
    mean[channel(i)]! += value / count;
  });
  x.values.forEach((value, i) => {
    variance[channel(i)]! += (value - mean[channel(i)]!) ** 2 / count;
  });
  expectClose(outputs.get('mean'), mean, 1e-6);
  expectClose(outputs.get('variance'), variance, 1e-4);
});

describe('of equal maxima the first in row order takes the gradient', () => {
  const cases = [
    {
      name: 'windows side by side, with a rest',
      kernel: 2,
      stride: 2,
      padding: 0,
      out: [3, 4],
      ceil_mode: false,
    },
    {
      name: 'windows side by side, the last ones cut',
      kernel: 2,
      stride: 2,
      padding: 0,
      out: [4, 5],
      ceil_mode: true,
    },
    { name: 'overlapping, padded windows', kernel: 3, stride: 2, padding: 1, out: [4, 5], ceil_mode: false },
  ] as const;
  for (const { name, kernel, stride, padding, out, ceil_mode } of cases) {
    it(name, async () => {
      const [planes, height, width] = [6, 7, 9];
      const input = numbers([2, 3, height, width]);
      input.values.forEach((value, i) => {
        input.values[i] = Math.round(value * 2);
      });
      const grad = numbers([2, 3, ...out], 1);
      const expected = new Float64Array(input.values.length);
      for (let p = 0; p < planes; p++) {
        for (let oy = 0; oy < out[0]; oy++) {
          for (let ox = 0; ox < out[1]; ox++) {
            let best = -1;
            for (let y = oy * stride - padding; y < oy * stride - padding + kernel; y++) {
              for (let x = ox * stride - padding; x < ox * stride - padding + kernel; x++) {
                if (y < 0 || x < 0 || y >= height || x >= width) continue;
                const at = (p * height + y) * width + x;
                if (best < 0 || input.values[at]! > input.values[best]!) best = at;
              }
            }
            expected[best]! += grad.values[(p * out[0] + oy) * out[1] + ox]!;
          }
        }
      }
      const attributes = {
        kernel_size: [kernel, kernel],
        stride: [stride, stride],
        padding: [padding, padding],
        dilation: [1, 1],
        ceil_mode,
      } as const;
      const outputs = await compute({ input, grad }, (builder, ids) => ({
        inputGrad: builder.add('max_pool2d_backward', [ids.grad!, ids.input!], attributes),
      }));
      expectClose(outputs.get('inputGrad'), expected, 1e-6);
    });
  }
});
