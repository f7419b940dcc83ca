/** @file Size formulas, receptive fields and kept bytes say what real PyTorch says (test/golden/make_layer_facts.py). */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { TracedGraph, TracedModel } from '../../../src/core/graph/tracedModel';
import { sizeFormulas } from '../../../src/core/ops/sizeFormula';
import { keptForBackward } from '../../../src/core/passes/activationMemory';
import { receptiveFields } from '../../../src/core/passes/receptiveField';
import { HEADER, startTracing } from '../../trace/tracing';

interface Goldens {
  readonly layers: readonly { layer: string; input: number[]; output: number[] }[];
  readonly fields: readonly { expression: string; size: [number, number]; field: [number, number] }[];
  readonly kept: readonly { expression: string; bytes: number }[];
}

const goldens: Goldens = JSON.parse(
  readFileSync(new URL('../../golden/layer_facts.json', import.meta.url), 'utf8'),
);
const { trace } = startTracing();

/** One model a row, all in one file, in the order given. */
async function traceAll(
  rows: readonly { init?: string; forward: string; input: readonly number[] }[],
): Promise<TracedModel[]> {
  const classes = rows.map(
    ({ init = 'pass', forward, input }, index) => `
# cnnlab: input=(${input.join(', ')},)
class M${index}(nn.Module):
    def __init__(self):
        super().__init__()
        ${init}
    def forward(self, x):
        return ${forward}
`,
  );
  const { models } = await trace(HEADER + classes.join('\n'));
  expect(models).toHaveLength(rows.length);
  return [...models];
}

/** ⌊(161 + 2·1 − 1·(3 − 1) − 1)/1⌋ + 1 as the number it gives. */
function evaluate(text: string): number {
  const script = text
    .replace(/⌊/g, 'Math.floor(')
    .replace(/⌈/g, 'Math.ceil(')
    .replace(/[⌋⌉]/g, ')')
    .replace(/·/g, '*')
    .replace(/−/g, '-');
  expect(script.replace(/Math\.(floor|ceil)/g, '')).toMatch(/^[\d+\-*/(). ]+$/);
  return Number(new Function(`return ${script}`)());
}

const formulasOf = ({ graph }: TracedGraph) => graph.nodes.flatMap((node) => sizeFormulas(node, graph));

test('size formulas give the sizes of PyTorch, on both sides of the equals sign', async () => {
  const models = await traceAll(
    goldens.layers.map(({ layer, input }) => ({
      init: `self.layer = ${layer}`,
      forward: 'self.layer(x)',
      input,
    })),
  );
  const silent: string[] = [];
  for (const [index, { layer, output }] of goldens.layers.entries()) {
    const [graph] = models[index]!.graphs;
    expect(graph!.output, layer).toMatchObject({ shape: output });
    const formulas = formulasOf(graph!);
    if (formulas.length === 0) silent.push(layer);
    for (const { axis, text } of formulas) {
      const [left, right] = text.split(' = ') as [string, string];
      expect(evaluate(left), `${layer}: ${axis} ${text}`).toBe(Number(right));
    }
    // Each spatial size of the output is the right side of one of them.
    const told = formulas.map(({ text }) => Number(text.split(' = ').at(-1)));
    const isWindow = /Conv|Pool[12]|Upsample/.test(layer) && !/Adaptive/.test(layer);
    if (isWindow) expect(new Set(told), layer).toEqual(new Set(output.slice(2)));
  }
  expect(silent).toEqual([
    'nn.AdaptiveAvgPool2d(1)',
    'nn.AdaptiveMaxPool2d((5, 4))',
    'nn.Linear(24, 7)',
    'nn.BatchNorm2d(3)',
    'nn.GroupNorm(3, 6)',
    'nn.LayerNorm((3, 8, 9))',
  ]);
});

test('formulas read like the documentation', async () => {
  const [conv, pool, transposed, signal, flat] = await traceAll(
    [
      ['nn.Conv2d(1, 64, 3, 1, 1)', [1, 1, 161, 161]],
      ['nn.MaxPool2d((2, 3), ceil_mode=True)', [1, 1, 5, 9]],
      ['nn.ConvTranspose2d(4, 2, 2, stride=2)', [1, 4, 10, 10]],
      ['nn.Conv1d(3, 4, 5)', [1, 3, 50]],
      ['nn.Flatten()', [1, 512, 7, 7]],
    ].map(([layer, input]) => ({
      init: `self.layer = ${layer}`,
      forward: 'self.layer(x)',
      input: input as number[],
    })),
  );
  expect(formulasOf(conv!.graphs[0]!)).toEqual([
    { axis: 'height, width', text: '⌊(161 + 2·1 − 1·(3 − 1) − 1)/1⌋ + 1 = 161' },
  ]);
  expect(formulasOf(pool!.graphs[0]!)).toEqual([
    { axis: 'height', text: '⌈(5 + 2·0 − 1·(2 − 1) − 1)/2⌉ + 1 = 3' },
    { axis: 'width', text: '⌈(9 + 2·0 − 1·(3 − 1) − 1)/3⌉ + 1 = 3' },
  ]);
  expect(formulasOf(transposed!.graphs[0]!)[0]!.text).toBe('(10 − 1)·2 − 2·0 + 1·(2 − 1) + 0 + 1 = 20');
  expect(formulasOf(signal!.graphs[0]!)[0]!.axis).toBe('length');
  expect(formulasOf(flat!.graphs[0]!)).toEqual([{ axis: 'features', text: '512·7·7 = 25088' }]);
});

test('receptive fields are as wide as the gradients of PyTorch', async () => {
  const models = await traceAll(
    goldens.fields.map(({ expression, size }) => ({ forward: expression, input: [1, 2, ...size] })),
  );
  for (const [index, { expression, size, field }] of goldens.fields.entries()) {
    const { graph } = models[index]!.graphs[0]!;
    const found = receptiveFields(graph)[graph.outputs[0]!.value];
    const seen = found?.size.map((pixels, axis) => Math.min(pixels, size[axis]!));
    expect(seen, expression).toEqual(field);
  }
});

test('the strides of a network multiply, and global ops see everything', async () => {
  const [model] = await traceAll([
    {
      init: 'self.a, self.b = nn.Conv2d(3, 8, 7, 2, 3), nn.MaxPool2d(3, 2, 1)',
      forward: 'F.adaptive_avg_pool2d(self.b(self.a(x)), 1)',
      input: [1, 3, 64, 64],
    },
  ]);
  const { graph } = model!.graphs[0]!;
  const fields = receptiveFields(graph);
  const [conv, pool, whole] = graph.nodes.map(({ outputs }) => fields[outputs[0]!]);
  expect(conv).toMatchObject({ size: [7, 7], jump: [2, 2] });
  expect(pool).toMatchObject({ size: [11, 11], jump: [4, 4] });
  expect(whole!.size).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

test('what autograd keeps, in bytes', async () => {
  const models = await traceAll(
    goldens.kept.map(({ expression }) => ({ forward: expression, input: [2, 4, 16, 12] })),
  );
  for (const [index, { expression, bytes }] of goldens.kept.entries()) {
    const { graph } = models[index]!.graphs[0]!;
    expect(keptForBackward(graph.nodes, graph), expression).toBe(bytes);
  }
  const [uncertain] = await traceAll([{ forward: 'F.dropout(x) * x', input: [2, 4, 16, 12] }]);
  const { graph } = uncertain!.graphs[0]!;
  expect(keptForBackward(graph.nodes, graph)).toBeNull();
});
