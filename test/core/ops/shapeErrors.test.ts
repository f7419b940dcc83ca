/** @file The messages of every kind of misfit, word for word those of PyTorch 1.13. */

import { expect, test } from 'vitest';
import type { OpName } from '../../../src/core/ops/attributes';
import { type OpDefinition, type OptionalType, ShapeError } from '../../../src/core/ops/opDefinition';
import { registry } from '../../../src/core/ops/registry';
import type { TracedOpAttributes } from '../../../src/core/ops/traceOnly/attributes';
import { bool, float32, int64 } from '../../../src/core/ops/typeRules';

const conv = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;
const transposed = { ...conv, output_padding: [0, 0] } as const;
const maxPool = {
  kernel_size: [2, 2],
  stride: [2, 2],
  padding: [0, 0],
  dilation: [1, 1],
  ceil_mode: false,
} as const;
const training = { training: true, momentum: 0.1, eps: 1e-5 };
const evaluation = { training: false, momentum: 0.1, eps: 1e-5 };

/** Inferring `op` from `inputs` fails with exactly `message`. */
function check<K extends OpName>(
  op: K,
  inputs: readonly OptionalType[],
  attributes: TracedOpAttributes[K],
  message: string,
): void {
  test(`${op}: ${message.slice(0, 90)}`, () => {
    const definition = registry[op] as unknown as OpDefinition<K>; // one op's entry, not the union of all
    expect(() => definition.infer(inputs, attributes)).toThrow(new ShapeError(message));
  });
}

check(
  'conv2d',
  [float32(1, 1, 32, 32), float32(8, 3, 3, 3), null],
  conv,
  'Given groups=1, weight of size [8, 3, 3, 3], expected input[1, 1, 32, 32] to have 3 channels, but got 1 channels instead',
);
check(
  'conv2d',
  [float32(1, 6, 32, 32), float32(8, 2, 3, 3), null],
  { ...conv, groups: 4 },
  'Given groups=4, weight of size [8, 2, 3, 3], expected input[1, 6, 32, 32] to have 8 channels, but got 6 channels instead',
);
check(
  'conv2d',
  [float32(1, 4, 32, 32), float32(6, 1, 3, 3), null],
  { ...conv, groups: 4 },
  'Given groups=4, expected weight to be divisible by 4 at dimension 0, but got weight of size [[6, 1, 3, 3]] instead',
);
check(
  'conv2d',
  [float32(1, 3, 2, 2), float32(8, 3, 3, 3), null],
  conv,
  "Calculated padded input size per channel: (2 x 2). Kernel size: (3 x 3). Kernel size can't be greater than actual input size",
);
check(
  'conv2d',
  [float32(1, 3, 3, 4), float32(8, 3, 3, 3), null],
  { ...conv, dilation: [2, 2] },
  "Calculated padded input size per channel: (3 x 4). Kernel size: (5 x 5). Kernel size can't be greater than actual input size",
);
check(
  'conv2d',
  [float32(1, 3, 5, 5), float32(8, 3, 3, 3), float32(7)],
  conv,
  'Given weight of size [8, 3, 3, 3], expected bias to be 1-dimensional with 8 elements, but got bias of size [7] instead',
);
check(
  'conv2d',
  [float32(5, 5), float32(8, 3, 3, 3), null],
  conv,
  'Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [5, 5]',
);
check(
  'conv2d',
  [int64(1, 3, 5, 5), float32(8, 3, 3, 3), null],
  conv,
  'expected scalar type Long but found Float',
);
check(
  'conv_transpose2d',
  [float32(1, 1, 32, 32), float32(3, 8, 3, 3), null],
  transposed,
  'Given transposed=1, weight of size [3, 8, 3, 3], expected input[1, 1, 32, 32] to have 3 channels, but got 1 channels instead',
);
check(
  'conv_transpose2d',
  [float32(1, 3, 32, 32), float32(3, 8, 3, 3), float32(3)],
  transposed,
  'Given transposed=1, weight of size [3, 8, 3, 3], expected bias to be 1-dimensional with 8 elements, but got bias of size [3] instead',
);
check(
  'conv_transpose2d',
  [float32(1, 3, 32, 32), float32(3, 8, 3, 3), null],
  { ...transposed, output_padding: [1, 1] },
  'output padding must be smaller than either stride or dilation, but got output_padding_height: 1 output_padding_width: 1 stride_height: 1 stride_width: 1 dilation_height: 1 dilation_width: 1',
);
check(
  'conv_transpose2d',
  [float32(1, 3, 1, 1), float32(3, 8, 3, 3), null],
  { ...transposed, padding: [2, 2] },
  'Given input size per channel: (1 x 1). Calculated output size per channel: (-1 x -1). Output size is too small',
);

check(
  'linear',
  [float32(1, 1690), float32(10, 490), float32(10)],
  {},
  'mat1 and mat2 shapes cannot be multiplied (1x1690 and 490x10)',
);
check(
  'linear',
  [float32(2, 3, 1690), float32(10, 490), null],
  {},
  'mat1 and mat2 shapes cannot be multiplied (6x1690 and 490x10)',
);
check(
  'linear',
  [float32(4, 5), float32(10, 5), float32(7)],
  {},
  'The expanded size of the tensor (10) must match the existing size (7) at non-singleton dimension 1.  Target sizes: [4, 10].  Tensor sizes: [7]',
);
check('linear', [int64(2, 5), float32(10, 5), null], {}, 'mat1 and mat2 must have the same dtype');
check(
  'matmul',
  [float32(2, 3), float32(4, 5)],
  {},
  'mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)',
);
check(
  'matmul',
  [float32(2, 3), float32(6, 4, 5)],
  {},
  'mat1 and mat2 shapes cannot be multiplied (30x4 and 3x2)',
);
check(
  'matmul',
  [float32(2, 2, 2, 3), float32(2, 4, 5)],
  {},
  'Expected size for first two dimensions of batch2 tensor to be: [4, 3] but got: [4, 4].',
);
check(
  'matmul',
  [float32(2, 2, 3), float32(3, 3, 5)],
  {},
  'The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0',
);

check(
  'add',
  [float32(2, 3), float32(2, 4)],
  {},
  'The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1',
);
check(
  'mul',
  [float32(5, 3, 1, 4), float32(2, 5)],
  {},
  'The size of tensor a (4) must match the size of tensor b (5) at non-singleton dimension 3',
);
check(
  'sub',
  [bool(2), bool(2)],
  {},
  'Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.',
);
check(
  'sub',
  [int64(2), bool(2)],
  {},
  'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
);
check(
  'where',
  [int64(2), float32(2), float32(2)],
  {},
  'where expected condition to be a boolean tensor, but got a tensor with dtype Long',
);
check('silu', [int64(2)], {}, `"silu_cpu" not implemented for 'Long'`);
check('pow_scalar', [int64(2)], { exponent: -1 }, 'Integers to negative integer powers are not allowed.');

check(
  'cat',
  [float32(1, 64, 160, 160), float32(1, 64, 161, 161)],
  { dim: 1 },
  'Sizes of tensors must match except in dimension 1. Expected size 160 but got size 161 for tensor number 1 in the list.',
);
check(
  'cat',
  [float32(1, 64, 160, 160), float32(64, 160, 160)],
  { dim: 1 },
  'Tensors must have same number of dimensions: got 4 and 3',
);
check(
  'cat',
  [float32(1, 64), float32(1, 64)],
  { dim: 2 },
  'Dimension out of range (expected to be in range of [-2, 1], but got 2)',
);
check('cat', [], { dim: 0 }, 'torch.cat(): expected a non-empty list of Tensors');
check('reshape', [float32(5)], { shape: [2, 3] }, "shape '[2, 3]' is invalid for input of size 5");
check('reshape', [float32(5)], { shape: [-1, 3] }, "shape '[-1, 3]' is invalid for input of size 5");
check('reshape', [float32(6)], { shape: [-1, -1] }, 'only one dimension can be inferred');
check(
  'reshape',
  [float32(0, 3)],
  { shape: [-1, 0] },
  'cannot reshape tensor of 0 elements into shape [-1, 0] because the unspecified dimension size -1 can be any value and is ambiguous',
);
check('permute', [float32(2, 3)], { dims: [0, 0] }, 'permute(): duplicate dims are not allowed.');
check(
  'expand',
  [float32(2, 3)],
  { shape: [4, 3] },
  'The expanded size of the tensor (4) must match the existing size (2) at non-singleton dimension 0.  Target sizes: [4, 3].  Tensor sizes: [2, 3]',
);
check('flip', [float32(2, 3)], { dims: [0, 0] }, 'dim 0 appears multiple times in the list of dims');
check('pad', [float32(2, 3)], { pad: [1, 1, 1, 1, 1, 1], value: 0 }, 'Padding length too large');

check(
  'pad',
  [float32(1, 2, 2)],
  { pad: [-2, 0, 0, 2], value: 0 },
  'The input size 2, plus negative padding -2 and 0 resulted in a negative output size, which is invalid. Check dimension 2 of your input.',
);
check(
  'pad',
  [float32(2, 3)],
  { pad: [-2, -2], value: 0 },
  'start (0) + length (-1) exceeds dimension size (1).',
);
check(
  'conv2d',
  [float32(2, 3, 9, 6), float32(1, 1, 1, 3), null],
  { ...conv, groups: 3 },
  'Given groups=3, expected weight to be at least 3 at dimension 0, but got weight of size [1, 1, 1, 3] instead',
);
check(
  'batch_norm',
  [float32(1, 8, 4, 4), null, null, float32(16), float32(16)],
  evaluation,
  'running_mean should contain 8 elements not 16',
);
check(
  'batch_norm',
  [float32(1, 8, 1, 1), null, null, float32(8), float32(8)],
  training,
  'Expected more than 1 value per channel when training, got input size torch.Size([1, 8, 1, 1])',
);
check(
  'batch_norm',
  [float32(1, 8, 2, 2), null, null, null, null],
  evaluation,
  'running_mean must be defined in evaluation mode',
);

check(
  'max_pool2d',
  [float32(1, 1, 1, 1)],
  maxPool,
  'Given input size: (1x1x1). Calculated output size: (1x0x0). Output size is too small',
);
check(
  'max_pool2d',
  [float32(3, 5, 1, 1)],
  { ...maxPool, kernel_size: [1, 2], stride: [1, 2] },
  'Given input size: (5x1x1). Calculated output size: (5x1x0). Output size is too small',
);
check(
  'max_pool2d',
  [float32(3, 5, 4, 4)],
  { ...maxPool, padding: [2, 2] },
  'pad should be at most half of kernel size, but got pad=2 and kernel_size=2',
);
check('max_pool2d', [int64(1, 1, 4, 4)], maxPool, `"max_pool2d" not implemented for 'Long'`);
check(
  'max_pool2d',
  [float32(1, 1, 0, 4)],
  maxPool,
  'Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:[1, 1, 0, 4]',
);
check(
  'adaptive_avg_pool2d',
  [float32(4, 4)],
  { output_size: [2, 2] },
  'adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got [4, 4]',
);
check(
  'interpolate',
  [float32(1, 1, 4, 4)],
  { size: [0, 2], mode: 'bilinear', align_corners: false, antialias: false },
  'Input and output sizes should be greater than 0, but got input (H: 4, W: 4) output (H: 0, W: 2)',
);

check(
  'softmax',
  [float32(2, 3)],
  { dim: 2 },
  'Dimension out of range (expected to be in range of [-2, 1], but got 2)',
);
check(
  'mean',
  [int64(3)],
  { dim: [0], keepdim: false },
  'mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long',
);
check(
  'amax',
  [float32(0, 3)],
  { dim: [0], keepdim: false },
  'amax(): Expected reduction dim 0 to have non-zero size.',
);
