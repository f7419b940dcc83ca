/** @file Whole models: state, shapes and hints equal to what real PyTorch said (test/golden/make_trace_states.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatShapes } from '../../src/trace/formatShapes';
import { shapeHints } from '../../src/trace/shapeHints';
import { fixture, startTracing, target } from './tracing';

interface Golden {
  readonly file: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly input: number[];
  readonly output: number[];
  readonly parameters: number;
  readonly state: [string, number[], string][];
  readonly calls: [string, number[]][];
}

const goldens: Golden[] = JSON.parse(
  readFileSync(new URL('../golden/trace_states.json', import.meta.url), 'utf8'),
);
const { trace } = startTracing();

describe.each(goldens)('$name', (golden) => {
  test('has the state, the parameters and the shapes of PyTorch', async () => {
    const result = await trace(
      { [golden.file]: fixture(golden.file) },
      target(golden.name, golden.args, golden.input),
    );
    expect(result.diagnostics).toEqual([]);
    const model = result.models[0]!;
    expect(model.state.map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual(golden.state);
    const parameters = model.state.filter(({ kind }) => kind === 'parameter');
    expect(parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(
      golden.parameters,
    );
    const graph = model.graphs[0]!;
    expect(graph.output).toEqual({ shape: golden.output, dtype: 'float32' });
    const calls = graph.calls.map(({ path, output }) => [
      path,
      output !== null && 'shape' in output ? output.shape : null,
    ]);
    expect(sortedByText(calls)).toEqual(sortedByText(golden.calls));
  });
});

function sortedByText(entries: unknown[]): string[] {
  return entries.map((entry) => JSON.stringify(entry)).sort();
}

test("the seed U-Net's own test code gives its example, and hints for every line of forward", async () => {
  const source = fixture('seed_unet.py');
  const result = await trace({ 'seed_unet.py': source });
  const unet = result.candidates.find(({ name }) => name === 'UNET')!;
  expect(unet.example).toEqual({
    args: { in_channels: 1, out_channels: 1 },
    inputs: [{ shape: [3, 1, 161, 161], dtype: 'float32' }],
    origin: 'test',
  });
  expect(result.candidates.map(({ name, usedByOthers }) => [name, usedByOthers])).toEqual([
    ['DoubleConv', true],
    ['UNET', false],
  ]);
  const lines = source.split('\n');
  const shown = shapeHints(result, 'seed_unet.py').map(
    ({ line, outputs }) => `${lines[line - 1]!.trim()}  # ${formatShapes(outputs, { maxLength: 100 })}`,
  );
  const everyBlock =
    '64×161×161 → 128×80×80 → 256×40×40 → 512×20×20 → 1024×10×10 → 512×20×20 → 256×40×40 → 128×80×80 → …';
  expect(shown).toEqual([
    `nn.Conv2d(in_channels, out_channels, 3, 1, 1, bias=False),  # ${everyBlock}`,
    `nn.BatchNorm2d(out_channels),  # ${everyBlock}`,
    `nn.ReLU(inplace=True),  # ${everyBlock}`,
    `nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False),  # ${everyBlock}`,
    `nn.BatchNorm2d(out_channels),  # ${everyBlock}`,
    `nn.ReLU(inplace=True),  # ${everyBlock}`,
    `)  # ${everyBlock}`,
    `return self.conv(x)  # ${everyBlock}`,
    'self.pool = nn.MaxPool2d(kernel_size=2, stride=2)  # 64×80×80 → 128×40×40 → 256×20×20 → 512×10×10',
    'self.downs.append(DoubleConv(in_channels, feature))  # 64×161×161 → 128×80×80 → 256×40×40 → 512×20×20',
    ')  # 512×20×20 → 256×40×40 → 128×80×80 → 64×160×160',
    'self.ups.append(DoubleConv(feature*2, feature))  # 512×20×20 → 256×40×40 → 128×80×80 → 64×161×161',
    'self.bottleneck = DoubleConv(features[-1], features[-1]*2)  # 1024×10×10',
    'self.final_conv = nn.Conv2d(features[0], out_channels, kernel_size=1)  # 1×161×161',
    'x = down(x)  # 64×161×161 → 128×80×80 → 256×40×40 → 512×20×20',
    'x = self.pool(x)  # 64×80×80 → 128×40×40 → 256×20×20 → 512×10×10',
    'x = self.bottleneck(x)  # 1024×10×10',
    'x = self.ups[idx](x)  # 512×20×20 → 256×40×40 → 128×80×80 → 64×160×160',
    'x = TF.resize(x, size=skip_connection.shape[2:])  # 64×161×161',
    'concat_skip = torch.cat((skip_connection, x), dim=1)  # 1024×20×20 → 512×40×40 → 256×80×80 → 128×161×161',
    'x = self.ups[idx+1](concat_skip)  # 512×20×20 → 256×40×40 → 128×80×80 → 64×161×161',
    'return self.final_conv(x)  # 1×161×161',
  ]);
});

test('batch norm updates its statistics in train mode only', async () => {
  const inputs = [{ shape: [1, 1, 64, 64], dtype: 'float32' as const }];
  const result = await trace(
    { 'seed_unet.py': fixture('seed_unet.py') },
    {
      name: 'UNET',
      args: { in_channels: 1, features: [8, 16] },
      runs: [
        { mode: 'train', inputs },
        { mode: 'eval', inputs },
      ],
    },
  );
  const [train, evaluation] = result.models[0]!.graphs;
  expect(train!.graph.updates.length).toBe(20);
  expect(train!.graph.updates[0]!.name).toBe('ups.1.conv.1.running_mean');
  expect(train!.graph.counters.length).toBe(10);
  expect(evaluation!.graph.updates).toEqual([]);
  expect(evaluation!.graph.counters).toEqual([]);
});

test('a comment gives the input, and functions that return a Module are candidates', async () => {
  const result = await trace({ 'lenet.py': fixture('lenet.py') });
  expect(result.diagnostics).toEqual([]);
  expect(result.candidates[0]!.example!.origin).toBe('comment');
  expect(result.candidates.map(({ name, kind }) => [name, kind])).toEqual([
    ['LeNet', 'class'],
    ['build', 'function'],
  ]);
  expect(result.models.map(({ model, graphs }) => [model, graphs[0]!.output])).toEqual([
    ['LeNet', { shape: [4, 10], dtype: 'float32' }],
    ['build', { shape: [4, 4], dtype: 'float32' }],
  ]);
  expect(result.candidates[1]!.parameters).toEqual([{ name: 'classes', default: { text: '4', value: 4 } }]);
});
