/** @file What the shim composes of other ops gives PyTorch's numbers: traced, then run and differentiated on both backends. */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../src/core/graph/builder';
import { elementCount, type Graph } from '../../src/core/graph/ir';
import type { TracedModel } from '../../src/core/graph/tracedModel';
import { registry } from '../../src/core/ops/registry';
import { addGradients } from '../../src/core/passes/autograd';
import { removeDeadNodes } from '../../src/core/passes/removeDeadNodes';
import { rewriteDropout } from '../../src/core/passes/rewriteDropout';
import type { Backend, TensorData } from '../../src/engine/backend';
import { trainableGraph } from '../../src/trace/trainableGraph';
import { backends } from '../engine/backends';
import { diagnosticsText, HEADER, startTracing } from './tracing';

interface Golden {
  /** `expression`, or `module | expression`. */
  readonly case: string;
  readonly shape: readonly number[];
  readonly output: readonly number[];
  /** Of sum(output · weights), by `input0` and parameter. Empty where PyTorch has no gradient. */
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly state: Readonly<Record<string, readonly number[]>>;
}

const goldens: readonly Golden[] = JSON.parse(
  readFileSync(new URL('../golden/composed_ops.json', import.meta.url), 'utf8'),
);
const { trace } = startTracing();
const models = new Map<string, TracedModel>();

/** Each case is a class of one file. */
function classOf({ case: line }: Golden, index: number): string {
  const [expression, module] = line.split(' | ').reverse();
  return `
# cnnlab: input=(2, 4, 4, 4)
class Case${index}(nn.Module):
    def __init__(self):
        super().__init__()
        self.m = ${module ?? 'None'}
    def forward(self, x):
        c, s, m = x.reshape(2, 4, 16), x.reshape(2, 8, 8), x.reshape(8, 16)
        return ${expression}
`;
}

beforeAll(async () => {
  const result = await trace(`${HEADER}import einops, einops.layers.torch\n${goldens.map(classOf).join('')}`);
  expect(diagnosticsText(result)).toEqual([]);
  for (const model of result.models) models.set(model.model, model);
}, 60_000);

/** The numbers that test/golden/make_composed_ops.py makes too. */
function wave(count: number, phase: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(0.7 * i + phase) * 1.5);
}

function stateOf({ state }: TracedModel): Map<string, TensorData> {
  return new Map(
    state.map(({ name, shape, dtype }, index): [string, TensorData] => {
      const values = wave(elementCount(shape), index + 2);
      if (dtype === 'int64') return [name, new Int32Array(elementCount(shape))];
      const isVariance = name.endsWith('running_var');
      return [name, values.map((value) => (isVariance ? Math.abs(value) + 0.5 : value * 0.6))];
    }),
  );
}

/** The graph with the gradients of sum(output · weights) as more outputs. */
function withGradients(graph: Graph, wanted: readonly string[]): Graph {
  const builder = GraphBuilder.extend(registry, graph);
  const output = graph.outputs[0]!.value;
  const shape = builder.shape(output);
  const values = [...wave(elementCount(shape), 0.3)];
  const weights = builder.add('constant', [], { shape, dtype: 'float32', values });
  const weighted = builder.add('reshape', [builder.add('mul', [output, weights], {})], {
    shape: [values.length],
  });
  const loss = builder.add('sum', [weighted], { dim: [0], keepdim: false });
  const valueNamed = (name: string) => graph.inputs.find((input) => input.name === name)!.value;
  addGradients(builder, loss, wanted.map(valueNamed)).forEach((gradient, index) => {
    if (gradient !== null) builder.output(`gradient of ${wanted[index]}`, gradient);
  });
  return removeDeadNodes(builder.build());
}

function expectClose(found: TensorData | undefined, wanted: readonly number[]): void {
  expect(found).toBeDefined();
  expect(found!.length).toBe(wanted.length);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  const worst = Math.max(...wanted.map((value, index) => Math.abs(found![index]! - value)));
  expect(worst / scale, `${[...found!.slice(0, 8)]} instead of ${wanted.slice(0, 8)}`).toBeLessThan(2e-5);
}

describe.each(Object.keys(backends))('on %s', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await backends[name]!();
  });
  afterAll(() => backend.dispose());

  // Shaders take long to compile: on WebGPU the modules stand for all.
  const cases = goldens.map((golden, index) => ({ ...golden, index }));
  test.each(name === 'wasm' ? cases : cases.filter((golden) => golden.case.includes(' | ')))(
    '$case',
    async (golden) => {
      const model = models.get(`Case${golden.index}`)!;
      const traced = model.graphs[0]!;
      expect(Object.fromEntries(model.state.map(({ name, shape }) => [name, shape]))).toEqual(
        Object.fromEntries(Object.entries(golden.state)),
      );
      expect(model.state.map(({ name }) => name)).toEqual(Object.keys(golden.state));
      expect(traced.output).toEqual({ shape: golden.shape, dtype: 'float32' });
      const wanted = Object.keys(golden.gradients);
      const graph = withGradients({ ...rewriteDropout(trainableGraph(traced.graph)), updates: [] }, wanted);
      const used = graph.inputs.filter(({ kind }) => kind === 'state').map(({ name }) => name);
      const store = backend.createState(
        model.state
          .filter(({ name }) => used.includes(name))
          .map(({ name, shape, dtype }) => ({ name, type: { shape, dtype } })),
      );
      store.write(new Map([...stateOf(model)].filter(([name]) => used.includes(name))));
      const executable = await backend.compile(graph, store);
      const outputs = await executable.run({
        data: new Map([['input0', wave(128, 1)]]),
        scalars: { seed: 1 },
      });
      expectClose(outputs.get('output0'), golden.output);
      for (const wrt of wanted) expectClose(outputs.get(`gradient of ${wrt}`), golden.gradients[wrt]!);
      executable.dispose();
      store.dispose();
    },
  );
});
