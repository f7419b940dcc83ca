/** @file The graphs that tracing the two models of the curves gives, built by hand, so that engines test without Python. */
import { GraphBuilder } from '../../src/core/graph/builder';
import type { Graph, ValueId } from '../../src/core/graph/ir';
import type { StateEntry } from '../../src/core/graph/tracedModel';
import { registry } from '../../src/core/ops/registry';
import type { CurveModel } from './curves';

export interface BuiltModel {
  readonly graph: Graph;
  readonly state: readonly StateEntry[];
}

type Mode = 'train' | 'eval';

/** seed_unet on N×1×64×64, or tiny_vgg with 10 hidden units on N×1×28×28. `features` are the U-Net's. */
export function buildCurveModel(
  model: CurveModel,
  mode: Mode,
  batchSize: number,
  features: readonly number[] = [8, 16],
): BuiltModel {
  const layers = new Layers(mode);
  const size = model === 'seed_unet' ? 64 : 28;
  const x = layers.builder.input('data', 'input0', { shape: [batchSize, 1, size, size], dtype: 'float32' });
  layers.builder.output(
    'output0',
    model === 'seed_unet' ? seedUnet(layers, x, features) : tinyVgg(layers, x, batchSize),
  );
  return { graph: layers.builder.build(), state: layers.state };
}

function seedUnet(layers: Layers, input: ValueId, features: readonly number[]): ValueId {
  const skips: ValueId[] = [];
  let x = input;
  for (const [index, feature] of features.entries()) {
    x = doubleConv(layers, `downs.${index}`, x, feature);
    skips.unshift(x);
    x = layers.maxPool(x);
  }
  x = doubleConv(layers, 'bottleneck', x, features.at(-1)! * 2);
  for (const [index, feature] of features.toReversed().entries()) {
    x = layers.upConv(`ups.${2 * index}`, x, feature);
    x = layers.builder.add('cat', [skips[index]!, x], { dim: 1 });
    x = doubleConv(layers, `ups.${2 * index + 1}`, x, feature);
  }
  return layers.conv('final_conv', x, 1, 1, true);
}

function doubleConv(layers: Layers, name: string, input: ValueId, channels: number): ValueId {
  let x = input;
  for (const at of [0, 3]) {
    x = layers.conv(`${name}.conv.${at}`, x, channels, 3, false);
    x = layers.relu(layers.batchNorm(`${name}.conv.${at + 1}`, x));
  }
  return x;
}

function tinyVgg(layers: Layers, input: ValueId, batchSize: number): ValueId {
  let x = input;
  for (const block of ['block_1', 'block_2']) {
    x = layers.relu(layers.conv(`${block}.0`, x, 10, 3, true));
    x = layers.relu(layers.conv(`${block}.2`, x, 10, 3, true));
    x = layers.maxPool(x);
  }
  x = layers.builder.add('reshape', [x], { shape: [batchSize, 490] });
  const weight = layers.parameter('classifier.1.weight', [10, 490]);
  const bias = layers.parameter('classifier.1.bias', [10]);
  return layers.builder.add('linear', [x, weight, bias], {});
}

/** The few layers that both models are made of, with PyTorch's names. */
class Layers {
  readonly builder = new GraphBuilder(registry);
  readonly state: StateEntry[] = [];

  constructor(private readonly mode: Mode) {}

  parameter(name: string, shape: readonly number[]): ValueId {
    this.state.push({ name, shape, dtype: 'float32', kind: 'parameter', trainable: true });
    return this.builder.input('state', name, { shape, dtype: 'float32' });
  }

  buffer(name: string, shape: readonly number[]): ValueId {
    this.state.push({ name, shape, dtype: 'float32', kind: 'buffer', trainable: false });
    return this.builder.input('state', name, { shape, dtype: 'float32' });
  }

  conv(name: string, x: ValueId, channels: number, kernel: number, bias: boolean): ValueId {
    const weight = this.parameter(`${name}.weight`, [channels, this.builder.shape(x)[1]!, kernel, kernel]);
    const offset = bias ? this.parameter(`${name}.bias`, [channels]) : null;
    const padding = (kernel - 1) / 2;
    return this.builder.add('conv2d', [x, weight, offset], {
      stride: [1, 1],
      padding: [padding, padding],
      dilation: [1, 1],
      groups: 1,
    });
  }

  upConv(name: string, x: ValueId, channels: number): ValueId {
    const weight = this.parameter(`${name}.weight`, [this.builder.shape(x)[1]!, channels, 2, 2]);
    const bias = this.parameter(`${name}.bias`, [channels]);
    return this.builder.add('conv_transpose2d', [x, weight, bias], {
      stride: [2, 2],
      padding: [0, 0],
      dilation: [1, 1],
      groups: 1,
      output_padding: [0, 0],
    });
  }

  batchNorm(name: string, x: ValueId): ValueId {
    const channels = this.builder.shape(x)[1]!;
    const weight = this.parameter(`${name}.weight`, [channels]);
    const bias = this.parameter(`${name}.bias`, [channels]);
    const mean = this.buffer(`${name}.running_mean`, [channels]);
    const variance = this.buffer(`${name}.running_var`, [channels]);
    const counter = `${name}.num_batches_tracked`;
    this.state.push({ name: counter, shape: [], dtype: 'int64', kind: 'buffer', trainable: false });
    const training = this.mode === 'train';
    const outputs = this.builder.addAll('batch_norm', [x, weight, bias, mean, variance], {
      training,
      momentum: 0.1,
      eps: 1e-5,
    });
    if (training) {
      this.builder.update(`${name}.running_mean`, outputs[3]!);
      this.builder.update(`${name}.running_var`, outputs[4]!);
      this.builder.counter(counter);
    }
    return outputs[0]!;
  }

  relu(x: ValueId): ValueId {
    return this.builder.add('relu', [x], {});
  }

  maxPool(x: ValueId): ValueId {
    return this.builder.add('max_pool2d', [x], {
      kernel_size: [2, 2],
      stride: [2, 2],
      padding: [0, 0],
      dilation: [1, 1],
      ceil_mode: false,
    });
  }
}
