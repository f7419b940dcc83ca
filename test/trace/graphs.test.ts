/** @file What of a model call becomes a graph: inputs, state, updates, aliases and constants. */
import { expect, test } from 'vitest';
import type { TraceGraph } from '../../src/core/graph/ir';
import { shapeHints } from '../../src/trace/shapeHints';
import { diagnosticsText, HEADER, startTracing, target } from './tracing';

const { trace } = startTracing();

/** One line a node, then what goes in and out: `relu(input0)`. */
function graphText(graph: TraceGraph): string[] {
  const names = new Map(graph.inputs.map(({ name, value }) => [value, name]));
  const lines = graph.nodes.map((node, index) => {
    node.outputs.forEach((value, place) => {
      names.set(value, place === 0 ? `%${index}` : `%${index}.${place}`);
    });
    return `%${index} = ${node.op}(${node.inputs.map((id) => (id === null ? '-' : names.get(id))).join(', ')})`;
  });
  const named = (entries: TraceGraph['outputs']): string[] =>
    entries.map(({ name, value }) => `${name} := ${names.get(value)}`);
  return [
    ...lines,
    ...named(graph.outputs),
    ...named(graph.updates),
    ...graph.counters.map((name) => `${name} += 1`),
  ];
}

async function check(init: string, forward: string, wanted: string[], ...shapes: number[][]): Promise<void> {
  const source = `${HEADER}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        ${init.replaceAll('\n', '\n        ')}
    def forward(self, x, *rest):
        ${forward.replaceAll('\n', '\n        ')}
`;
  const result = await trace(source, target('Net', {}, ...(shapes.length > 0 ? shapes : [[2, 2, 4, 4]])));
  expect(diagnosticsText(result)).toEqual([]);
  expect(graphText(result.models[0]!.graphs[0]!.graph)).toEqual(wanted);
}

test('an activation in place changes its input for every holder', () =>
  check('self.act = nn.ReLU(inplace=True)', 'y = self.act(x)\nreturn x + y', [
    '%0 = relu(input0)',
    '%1 = add(%0, %0)',
    'output0 := %1',
  ]));

test('x += y too, and x = x + y not', () =>
  check('pass', 'y = x\nx += 1\nz = x\nz = z * 2\nreturn y, x, z', [
    '%0 = add_scalar(input0)',
    '%1 = mul_scalar(%0)',
    'output0 := %0',
    'output1 := %0',
    'output2 := %1',
  ]));

test('buffers that forward sets are updates', () =>
  check("self.register_buffer('m', torch.zeros(2))", 'self.m = 0.9 * self.m + x.mean((0, 2, 3))\nreturn x', [
    '%0 = mul_scalar(m)',
    '%1 = mean(input0)',
    '%2 = add(%0, %1)',
    'output0 := input0',
    'm := %2',
  ]));

test('a norm used twice chains its statistics and counts once', () =>
  check('self.bn = nn.BatchNorm2d(2)', 'return self.bn(self.bn(x))', [
    '%0 = batch_norm(input0, bn.weight, bn.bias, bn.running_mean, bn.running_var)',
    '%1 = batch_norm(%0, bn.weight, bn.bias, %0.3, %0.4)',
    'output0 := %1',
    'bn.running_mean := %1.3',
    'bn.running_var := %1.4',
    'bn.num_batches_tracked += 1',
  ]));

test('several inputs and nested outputs are numbered depth first', () =>
  check(
    'self.fc = nn.Linear(3, 2)',
    'return {"a": self.fc(rest[0]), "b": [x, (x * 2,)]}',
    [
      '%0 = linear(input1, fc.weight, fc.bias)',
      '%1 = mul_scalar(input0)',
      'output0 := %0',
      'output1 := input0',
      'output2 := %1',
    ],
    [2, 2],
    [2, 3],
  ));

test('tied weights are one input, tables are constants', () =>
  check(
    'self.a = nn.Linear(4, 4, bias=False)\nself.b = nn.Linear(4, 4, bias=False)\nself.b.weight = self.a.weight\nself.t = torch.arange(4).float()\nself.t[1] = 9',
    'return self.b(self.a(x)) + self.t',
    [
      '%0 = linear(input0, a.weight, -)',
      '%1 = linear(%0, a.weight, -)',
      '%2 = constant()',
      '%3 = add(%1, %2)',
      'output0 := %3',
    ],
  ));

test('dropout of channels is a mask spread over planes', () =>
  check('self.drop = nn.Dropout2d(0.2)', 'return self.drop(x)', [
    '%0 = full()',
    '%1 = dropout(%0)',
    '%2 = mul(input0, %1)',
    'output0 := %2',
  ]));

test('constructors draw in PyTorch order, and what is drawn for nothing still counts', async () => {
  const result = await trace(
    `${HEADER}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        torch.rand(5)
        self.scale = nn.Parameter(torch.randn(2) * 0.5)
        nn.init.zeros_(self.conv.bias)
        self.conv.weight.data.mul_(3)
        self.conv.bias.data += 0.5
        self.norm = nn.BatchNorm2d(2)
    def forward(self, x):
        return self.norm(self.conv(x))
`,
    target('Net', {}, [2, 1, 4, 4]),
  );
  const bound = 1 / 3;
  expect(result.models[0]!.init.map(({ target: name, fill }) => [name, ...Object.values(fill)])).toEqual([
    ['conv.weight', 'uniform', expect.closeTo(-bound, 12), expect.closeTo(bound, 12)],
    ['conv.bias', 'uniform', expect.closeTo(-bound, 12), expect.closeTo(bound, 12)],
    [null, 'uniform', 0, 1],
    [null, 'normal', 0, 1],
    ['conv.bias', 'constant', 0],
    // Copies: scale, shift, and which of these steps is copied.
    ['conv.weight', 'copy', 3, 0, 0],
    ['conv.bias', 'constant', 0.5],
    ['norm.weight', 'constant', 1],
    ['norm.bias', 'constant', 0],
    ['scale', 'copy', 0.5, 0, 3],
    ['norm.running_mean', 'constant', 0],
    ['norm.running_var', 'constant', 1],
    ['norm.num_batches_tracked', 'constant', 0],
  ]);
});

test('a layer made of layers is one expression of the user, whatever it is made of', async () => {
  const result = await trace(
    `${HEADER}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0)
    def forward(self, x):
        return self.encoder(x)
`,
    target('Net', {}, [5, 2, 8]),
  );
  expect(diagnosticsText(result)).toEqual([]);
  const { calls, frames } = result.models[0]!.graphs[0]!;
  expect(calls.slice(0, 4).map(({ path, class: name }) => [path, name])).toEqual([
    ['', 'Net'],
    ['encoder', 'TransformerEncoderLayer'],
    ['encoder.self_attn', 'MultiheadAttention'],
    ['encoder.dropout1', 'Dropout'],
  ]);
  expect(new Set(frames.map(({ line, column, endColumn }) => `${line}:${column}-${endColumn}`))).toEqual(
    new Set(['9:15-30']),
  );
  expect(shapeHints(result, 'model.py').filter(({ line }) => line === 9)).toEqual([
    {
      line: 9,
      endColumn: 30,
      outputs: [{ shape: [5, 2, 8], dtype: 'float32' }],
      paths: ['encoder'],
      batch: 5,
      isOneThing: true,
    },
  ]);
});

test('dataclasses in and out of a model, frozen ones too, are kept by field', async () => {
  const source = `${HEADER}from dataclasses import dataclass, field

@dataclass
class Batch:
    image: torch.Tensor
    scale: float = 1.0

@dataclass(frozen=True)
class Output:
    logits: torch.Tensor
    features: list = field(default_factory=list)
    loss: object = None

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, batch):
        features = self.conv(batch.image * batch.scale)
        return Output(features.mean((2, 3)), [features])

def test():
    output = Net()(Batch(torch.randn(2, 3, 8, 8)))
    assert output.logits.shape == (2, 8)
`;
  const result = await trace(source);
  expect(diagnosticsText(result)).toEqual([]);
  const graph = result.models[0]!.graphs[0]!;
  const float32 = (...shape: number[]) => ({ shape, dtype: 'float32' });
  expect(graph.inputs).toEqual([float32(2, 3, 8, 8)]);
  expect(graph.output).toEqual({
    dict: { logits: float32(2, 8), features: { list: [float32(2, 8, 6, 6)] }, loss: null },
  });
});

test('an output that is a dict of its own class keeps its class for test code', async () => {
  const result = await trace(`${HEADER}from collections import OrderedDict

class Output(OrderedDict):
    def __getattr__(self, name):
        return self[name]

class Net(nn.Module):
    def forward(self, x):
        return Output(logits=x * 2)

def test():
    assert Net()(torch.randn(2, 3)).logits.shape == (2, 3)
`);
  expect(diagnosticsText(result)).toEqual([]);
  expect(result.models[0]!.graphs[0]!.output).toEqual({
    dict: { logits: { shape: [2, 3], dtype: 'float32' } },
  });
});
