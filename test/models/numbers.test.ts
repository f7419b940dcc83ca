/** @file Our torchvision gives torchvision's numbers: small models of its classes, traced and run in eval mode. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { elementCount } from '../../src/core/graph/ir';
import type { TracedModel } from '../../src/core/graph/tracedModel';
import type { Backend, TensorData } from '../../src/engine/backend';
import { createWasmBackend } from '../../src/engine/wasm/wasmBackend';
import { trainableGraph } from '../../src/trace/trainableGraph';
import { wasmBinary } from '../engine/wasm/ortWasm';
import { startTracing } from '../trace/tracing';
import { readJson } from './builders';

/** Made by test/golden/make_vision_models.py. */
interface Golden {
  readonly expression: string;
  readonly input: number[];
  readonly shape: number[];
  /** Every `step`th number of the output. */
  readonly step: number;
  readonly output: number[];
}

const goldens = readJson<Golden[]>('../golden/vision_models.json');
const { trace } = startTracing();
let backend: Backend;

/** What make_vision_models.py has too. */
const HEADER = `import torch
import torch.nn.functional as F
import torchvision.transforms.functional as TF
from torch import nn
from torchvision import models, ops, transforms
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.feature_extraction import create_feature_extractor
from torchvision.models.googlenet import Inception

class Apply(nn.Module):
    def __init__(self, function, before=None, after=None):
        super().__init__()
        self.function, self.before, self.after = function, before, after

    def forward(self, x):
        y = self.function(x if self.before is None else self.before(x))
        return y if self.after is None else self.after(y)
`;

beforeAll(async () => {
  backend = await createWasmBackend({ wasmBinary, fallbackReason: null });
});
afterAll(() => backend.dispose());

test.each(goldens)('$expression', async ({ expression, input, shape, step, output }) => {
  const source = `${HEADER}
def build():
    return ${expression}
`;
  const result = await trace(source, {
    name: 'build',
    args: {},
    runs: [{ mode: 'eval', inputs: [{ shape: input, dtype: 'float32' }] }],
  });
  const model = result.models[0];
  if (!model) throw new Error(JSON.stringify(result.diagnostics));
  const traced = model.graphs[0]!;
  expect(traced.output).toEqual({ shape, dtype: 'float32' });
  const graph = trainableGraph(traced.graph);
  const used = new Set(graph.inputs.filter(({ kind }) => kind === 'state').map(({ name }) => name));
  const state = model.state.filter(({ name }) => used.has(name));
  const store = backend.createState(
    state.map(({ name, shape, dtype }) => ({ name, type: { shape, dtype } })),
  );
  store.write(new Map([...valuesOf(model)].filter(([name]) => used.has(name))));
  const executable = await backend.compile(graph, store);
  const data = new Map([['input0', wave(elementCount(input), 1)]]);
  const found = (await executable.run({ data, scalars: { seed: 1 } })).get('output0')!;
  executable.dispose();
  store.dispose();
  const sample = output.map((_, index) => found[index * step]!);
  const scale = Math.max(...output.map(Math.abs));
  const worst = Math.max(...output.map((value, index) => Math.abs(sample[index]! - value)));
  expect(worst / scale, `${sample.slice(0, 6)} instead of ${output.slice(0, 6)}`).toBeLessThan(5e-5);
});

/** Waves in parameters and running statistics; other buffers as the constructor left them. */
function valuesOf(model: TracedModel): Map<string, TensorData> {
  const built = new Map(model.init.map(({ target, fill }) => [target, fill]));
  return new Map(
    model.state.map(({ name, shape, kind, dtype }, index): [string, TensorData] => {
      const values = wave(elementCount(shape), index);
      if (name.endsWith('running_var')) return [name, values.map((value) => Math.abs(value) + 0.5)];
      if (kind === 'parameter' || name.endsWith('running_mean'))
        return [name, values.map((value) => value * 0.3)];
      const fill = built.get(name)!;
      if (dtype !== 'float32') return [name, new Int32Array(elementCount(shape))];
      if (fill.kind === 'values') return [name, Float32Array.from(fill.values)];
      if (fill.kind === 'constant') return [name, values.fill(fill.value)];
      throw new Error(`${name} is drawn`);
    }),
  );
}

/** The numbers that make_vision_models.py makes too. */
function wave(count: number, phase: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(0.7 * i + phase));
}
