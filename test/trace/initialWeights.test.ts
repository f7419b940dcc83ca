/** @file Models traced from Python start with the numbers that PyTorch's constructors draw (test/golden/make_initial_weights.py). */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import type { InitStep, TracedModel } from '../../src/core/graph/tracedModel';
import { initialState } from '../../src/core/random/initialState';
import { diagnosticsText, HEADER, startTracing } from './tracing';

interface Golden {
  readonly case: string;
  readonly state: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly crc32: number;
    readonly kept: readonly number[];
    readonly sum: number;
  }[];
}

const SEED = 42;
const goldens: readonly Golden[] = JSON.parse(
  readFileSync(new URL('../golden/initial_weights.json', import.meta.url), 'utf8'),
);
const { trace } = startTracing();
const models = new Map<string, TracedModel>();

const PRELUDE = `${HEADER}
import copy

class Filled(nn.Module):
    def __init__(self, shape, fill):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(shape))
        fill(self.weight)
        self.after = nn.Parameter(torch.rand(4))

class Made(nn.Module):
    def __init__(self, make):
        super().__init__()
        self.weight = nn.Parameter(make())
        self.after = nn.Parameter(torch.rand(4))
`;

const classOf = (golden: Golden, index: number) => `
# cnnlab: input=(1, 1, 2, 2)
class Case${index}(nn.Module):
    def __init__(self):
        super().__init__()
        self.m = ${golden.case}
    def forward(self, x):
        return x
`;

beforeAll(async () => {
  const result = await trace(PRELUDE + goldens.map(classOf).join(''));
  expect(diagnosticsText(result)).toEqual([]);
  for (const model of result.models) models.set(model.model, model);
}, 30_000);

const BIT_FOR_BIT = new Set(['constant', 'values', 'uniform', 'eye', 'dirac', 'randperm', 'randint']);

/** Whether everything that fills `target` is promised bit for bit; what is made by sine, logarithm or division is not. */
function isExact(init: readonly InitStep[], target: string): boolean {
  const exact = ({ fill }: InitStep): boolean =>
    fill.kind === 'copy'
      ? fill.scale === 1 && fill.shift === 0 && exact(init[fill.of]!)
      : BIT_FOR_BIT.has(fill.kind);
  return init.filter((step) => step.target === target).every(exact);
}

test.each(goldens.map((golden, index) => ({ ...golden, index })))('$case', ({ state, index }) => {
  const model = models.get(`Case${index}`)!;
  const values = initialState(model.state, model.init, SEED);
  expect([...values.keys()]).toEqual(state.map(({ name }) => `m.${name}`));
  for (const { name, shape, kept, sum, crc32: expected } of state) {
    const found = values.get(`m.${name}`)!;
    expect(model.state.find((entry) => entry.name === `m.${name}`)!.shape).toEqual(shape);
    const compared = found.length <= 12 ? [...found] : [...found.slice(0, 6), ...found.slice(-6)];
    if (isExact(model.init, `m.${name}`) && !name.endsWith('num_batches_tracked')) {
      expect(compared, name).toEqual(kept);
      expect(crc32(new Uint8Array(found.buffer)), name).toBe(expected);
    } else {
      for (const [at, number] of kept.entries()) {
        expect(Math.abs(compared[at]! - number), `${name}[${at}]`).toBeLessThan(
          1e-6 * Math.max(1, Math.abs(number)),
        );
      }
      const scale = found.length ** 2 * 1e-6;
      const ours = [...found].reduce((total, value, at) => total + at * value, 0);
      expect(Math.abs(ours - sum), name).toBeLessThan(Math.max(1e-6, scale / 10));
    }
  }
});

test('a weight that two names share is filled under both', async () => {
  const result = await trace(`${HEADER}
# cnnlab: input=(1, 3)
class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 3)
        self.b = nn.Linear(3, 3)
        self.b.weight = self.a.weight
    def forward(self, x):
        return self.b(self.a(x))
`);
  const { state, init } = result.models[0]!;
  const values = initialState(state, init, SEED);
  expect(values.get('b.weight')).toEqual(values.get('a.weight'));
  expect(values.get('a.weight')!.some((value) => value !== 0)).toBe(true);
});
