/** @file The seed U-Net's trace, built by hand from its source: a fixture for diagrams that needs no Python. */
import type { Graph, GraphNode, TensorType } from '../../src/core/graph/ir';
import type {
  Frame,
  ModuleCall,
  SourceRange,
  StateEntry,
  TracedModel,
} from '../../src/core/graph/tracedModel';

const file = 'seed_unet.py';

/** `UNET(in_channels=1, out_channels=1, features=features)` on batch×1×size×size. */
export function seedUnetTrace(
  features: readonly number[] = [64, 128, 256, 512],
  size = 161,
  batch = 3,
): TracedModel {
  const values: TensorType[] = [];
  const nodes: GraphNode[] = [];
  const calls: ModuleCall[] = [];
  const frames: Frame[] = [];
  const state: StateEntry[] = [];
  const inputs: Graph['inputs'][number][] = [];

  const value = (shape: readonly number[]): number => values.push({ shape, dtype: 'float32' }) - 1;
  const frame = (line: number, parent: number, name: string): number =>
    frames.push({ file, line, column: 12, endLine: line, endColumn: 40, function: name, parent }) - 1;
  const add = (
    op: string,
    from: (number | null)[],
    shape: readonly number[],
    at: number,
    attributes = {},
  ): number => {
    const output = value(shape);
    nodes.push({ op, inputs: from, outputs: [output], attributes, frame: at } as unknown as GraphNode);
    return output;
  };
  const parameter = (name: string, shape: readonly number[]): number => {
    state.push({ name, shape, dtype: 'float32', kind: 'parameter', trainable: true });
    const id = value(shape);
    inputs.push({ kind: 'state', name, value: id });
    return id;
  };
  const definition = (line: number): SourceRange => ({ file, line, column: 0, endLine: line, endColumn: 20 });

  /** Runs `body` as the call of module `path`. */
  const call = (
    path: string,
    name: string,
    at: number,
    x: number,
    definedAt: number | null,
    body: () => number,
  ) => {
    const firstNode = nodes.length;
    const slot = calls.length;
    const entry = { path, class: name, frame: at, inputs: [values[x]!], firstNode };
    calls.push({ ...entry, output: null, endNode: firstNode, definition: null });
    const result = body();
    const place = definedAt === null ? null : definition(definedAt);
    calls[slot] = { ...entry, output: values[result]!, endNode: nodes.length, definition: place };
    return result;
  };

  const conv = (path: string, x: number, channels: number, kernel: number, at: number): number => {
    const [n, c, h, w] = values[x]!.shape as [number, number, number, number];
    return call(path, 'Conv2d', at, x, null, () => {
      const weight = parameter(`${path}.weight`, [channels, c, kernel, kernel]);
      const bias = kernel === 1 ? parameter(`${path}.bias`, [channels]) : null;
      const attributes = { stride: [1, 1], padding: [kernel >> 1, kernel >> 1], dilation: [1, 1], groups: 1 };
      return add('conv2d', [x, weight, bias], [n, channels, h, w], at, attributes);
    });
  };
  const doubleConv = (path: string, x: number, channels: number, line: number, root: number): number => {
    const calledAt = frame(line, root, 'UNET.forward');
    return call(path, 'DoubleConv', calledAt, x, 5, () => {
      const inner = frame(18, calledAt, 'DoubleConv.forward');
      return call(`${path}.conv`, 'Sequential', inner, x, null, () => {
        for (const first of [0, 3]) {
          x = conv(`${path}.conv.${first}`, x, channels, 3, inner);
          const { shape } = values[x]!;
          x = call(`${path}.conv.${first + 1}`, 'BatchNorm2d', inner, x, null, () => {
            const weight = parameter(`${path}.conv.${first + 1}.weight`, [channels]);
            const bias = parameter(`${path}.conv.${first + 1}.bias`, [channels]);
            return add('batch_norm', [x, weight, bias], shape, inner);
          });
          x = call(`${path}.conv.${first + 2}`, 'ReLU', inner, x, null, () => add('relu', [x], shape, inner));
        }
        return x;
      });
    });
  };

  const input = value([batch, 1, size, size]);
  inputs.push({ kind: 'data', name: 'input0', value: input });
  const output = call('', 'UNET', -1, input, 20, () => {
    let x = input;
    const skips: number[] = [];
    features.forEach((channels, level) => {
      x = doubleConv(`downs.${level}`, x, channels, 55, -1);
      skips.unshift(x);
      const [n, c, h, w] = values[x]!.shape as [number, number, number, number];
      const at = frame(57, -1, 'UNET.forward');
      x = call('pool', 'MaxPool2d', at, x, null, () =>
        add('max_pool2d', [x], [n, c, h >> 1, w >> 1], at, { kernel_size: [2, 2], stride: [2, 2] }),
      );
    });
    x = doubleConv('bottleneck', x, features.at(-1)! * 2, 59, -1);
    [...features].reverse().forEach((channels, level) => {
      const skip = skips[level]!;
      const wanted = values[skip]!.shape;
      const [n, c, h, w] = values[x]!.shape as [number, number, number, number];
      const at = frame(63, -1, 'UNET.forward');
      x = call(`ups.${2 * level}`, 'ConvTranspose2d', at, x, null, () => {
        const weight = parameter(`ups.${2 * level}.weight`, [c, channels, 2, 2]);
        const bias = parameter(`ups.${2 * level}.bias`, [channels]);
        return add('conv_transpose2d', [x, weight, bias], [n, channels, h * 2, w * 2], at, {
          stride: [2, 2],
        });
      });
      if (values[x]!.shape[2] !== wanted[2])
        x = add('interpolate', [x], [n, channels, wanted[2]!, wanted[3]!], frame(67, -1, 'UNET.forward'));
      x = add('cat', [skip, x], [n, channels * 2, wanted[2]!, wanted[3]!], frame(69, -1, 'UNET.forward'), {
        dim: 1,
      });
      x = doubleConv(`ups.${2 * level + 1}`, x, channels, 70, -1);
    });
    return conv('final_conv', x, 1, 1, frame(72, -1, 'UNET.forward'));
  });

  const graph: Graph = {
    values,
    inputs,
    nodes,
    outputs: [{ name: 'output0', value: output }],
    updates: [],
    counters: [],
  };
  const traced = {
    mode: 'train' as const,
    inputs: [values[input]!],
    output: values[output]!,
    graph,
    frames,
    calls,
  };
  return { model: 'UNET', file, graphs: [traced], state, init: [], modules: [], plainContainers: [] };
}
