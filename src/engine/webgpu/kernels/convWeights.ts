/**
 * @file Packing of convolution weights for the tiled kernels: [group][block][channel][tap][OC], where a block is OC
 * output channels (zeros beyond the last), so that one invocation reads the weights of its block as vectors. The
 * same packing turns a transposed convolution's weights into those of the equivalent direct one.
 */
import type { ValueId } from '../../../core/graph/ir';
import { i32, type PackedOperand, perThread, read, u32, value, type WeightPack, write } from './kernel';

/** Element strides of a weight tensor, seen as [group][output channel][input channel][ky][kx]. */
export interface WeightStrides {
  readonly group: number;
  readonly output: number;
  readonly input: number;
  readonly ky: number;
  readonly kx: number;
  /** Where tap (0, 0) is: not 0 where the kernel is walked backwards. */
  readonly offset: number;
}

export interface WeightShape {
  readonly groups: number;
  /** Channels of one group. */
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: readonly [number, number];
}

export type WeightBlock = 16 | 8 | 4 | 1;

export interface PackedWeights {
  readonly operand: PackedOperand;
  readonly pack: WeightPack;
  /** Output channels of a block. */
  readonly blockSize: WeightBlock;
  /** Blocks of one group. */
  readonly blocks: number;
}

/** A block for kernels that take any. */
export const blockFor = (outputs: number): WeightBlock => (outputs >= 8 ? 8 : outputs >= 3 ? 4 : 1);

export function packWeights(
  weight: ValueId,
  shape: WeightShape,
  strides: WeightStrides,
  blockSize: WeightBlock = blockFor(shape.outputs),
): PackedWeights {
  const { groups, inputs, outputs, kernel } = shape;
  const blocks = Math.ceil(outputs / blockSize);
  const count = groups * blocks * inputs * kernel[0] * kernel[1] * blockSize;
  const operand = { kind: 'packed', bytes: count * 4 } as const;
  const dispatch = perThread({
    name: 'convolution (pack weights)',
    threads: count,
    bindings: { weight: read(value(weight), 'f32'), result: write(operand, 'f32') },
    params: {
      blockSize: u32(blockSize),
      blocks: u32(blocks),
      inputs: u32(inputs),
      outputs: u32(outputs),
      kernelWidth: u32(kernel[1]),
      taps: u32(kernel[0] * kernel[1]),
      group: i32(strides.group),
      output: i32(strides.output),
      input: i32(strides.input),
      ky: i32(strides.ky),
      kx: i32(strides.kx),
      offset: i32(strides.offset),
    },
    body: `  let tap = index / params.blockSize % params.taps;
  let channel = index / (params.blockSize * params.taps) % params.inputs;
  let block = index / (params.blockSize * params.taps * params.inputs);
  let output = block % params.blocks * params.blockSize + index % params.blockSize;
  var weight_value = 0.0;
  if (output < params.outputs) {
    weight_value = weight[params.offset + i32(block / params.blocks) * params.group + i32(output) * params.output
      + i32(channel) * params.input + i32(tap / params.kernelWidth) * params.ky + i32(tap % params.kernelWidth) * params.kx];
  }
  result[index] = weight_value;`,
  });
  const sources = (): Int32Array<ArrayBuffer> => {
    const result = new Int32Array(count);
    let at = 0;
    for (let group = 0; group < groups; group++) {
      for (let block = 0; block < blocks; block++) {
        for (let input = 0; input < inputs; input++) {
          for (let ky = 0; ky < kernel[0]; ky++) {
            for (let kx = 0; kx < kernel[1]; kx++) {
              const from =
                strides.offset +
                group * strides.group +
                input * strides.input +
                ky * strides.ky +
                kx * strides.kx;
              for (let output = block * blockSize; output < (block + 1) * blockSize; output++) {
                result[at++] = output < outputs ? from + output * strides.output : -1;
              }
            }
          }
        }
      }
    }
    return result;
  };
  return { operand, pack: { operand, weight, sources, dispatch }, blockSize, blocks };
}
