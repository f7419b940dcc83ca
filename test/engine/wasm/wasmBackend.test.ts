import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { Graph, TensorType } from '../../../src/core/graph/ir';
import { registry } from '../../../src/core/ops/registry';
import { dropoutMask } from '../../../src/core/random/counterHash';
import { createWasmBackend } from '../../../src/engine/wasm/wasmBackend';
import { wasmBinary } from './ortWasm';

const backend = await createWasmBackend({ wasmBinary, fallbackReason: 'no adapter was found' });
const floats = (...shape: number[]): TensorType => ({ shape, dtype: 'float32' });
const noFeeds = { data: new Map(), scalars: {} };

/** total ← total + rate · x; the output is the total before. */
function accumulator(): Graph {
  const builder = new GraphBuilder(registry);
  const total = builder.input('state', 'total', floats(2));
  const x = builder.input('data', 'x', floats(2));
  const rate = builder.input('scalar', 'rate', floats());
  builder.update('total', builder.add('add', [total, builder.add('mul', [x, rate], {})], {}));
  builder.output('before', total);
  return builder.build();
}

describe('state', () => {
  const specs = [{ name: 'total', type: floats(2) }];

  test('is updated by each run, and runs queued at once happen in order', async () => {
    const store = backend.createState(specs);
    const executable = await backend.compile(accumulator(), store);
    const run = (rate: number) =>
      executable.run({ data: new Map([['x', Float32Array.of(1, 2)]]), scalars: { rate } });
    const outputs = await Promise.all([run(1), run(10), run(100)]);
    expect(outputs.map((output) => [...output.get('before')!])).toEqual([
      [0, 0],
      [1, 2],
      [11, 22],
    ]);
    expect([...(await store.read()).get('total')!]).toEqual([111, 222]);
  });

  test('is written between the runs queued before and after, and the writer keeps its array', async () => {
    const store = backend.createState(specs);
    const executable = await backend.compile(accumulator(), store);
    const feeds = { data: new Map([['x', Float32Array.of(1, 2)]]), scalars: { rate: 1 } };
    const first = executable.run(feeds);
    const values = Float32Array.of(50, 60);
    store.write(new Map([['total', values]]));
    values.fill(-1);
    const second = executable.run(feeds);
    expect([...(await first).get('before')!]).toEqual([0, 0]);
    expect([...(await second).get('before')!]).toEqual([50, 60]);
  });

  test('is shared by every executable of the store', async () => {
    const store = backend.createState(specs);
    const feeds = { data: new Map([['x', Float32Array.of(1, 2)]]), scalars: { rate: 1 } };
    await (await backend.compile(accumulator(), store)).run(feeds);
    const outputs = await (await backend.compile(accumulator(), store)).run(feeds);
    expect([...outputs.get('before')!]).toEqual([1, 2]);
  });

  test('must be there with the type that the graph wants', async () => {
    const store = backend.createState([{ name: 'total', type: floats(3) }]);
    await expect(backend.compile(accumulator(), store)).rejects.toThrow(
      "state 'total' is float32 [3]; the graph wants float32 [2]",
    );
    await expect(backend.compile(accumulator(), backend.createState([]))).rejects.toThrow("holds no 'total'");
  });
});

test('a run that lacks a feed fails by name, and the next one still runs', async () => {
  const store = backend.createState([{ name: 'total', type: floats(2) }]);
  const executable = await backend.compile(accumulator(), store);
  await expect(executable.run(noFeeds)).rejects.toThrow("nothing was fed for the data input 'x'");
  const data = new Map([['x', Float32Array.of(1, 2, 3)]]);
  await expect(executable.run({ data, scalars: { rate: 1 } })).rejects.toThrow("'x' has 3 elements");
  const outputs = await executable.run({
    data: new Map([['x', Float32Array.of(1, 2)]]),
    scalars: { rate: 1 },
  });
  expect([...outputs.get('before')!]).toEqual([0, 0]);
});

test('a step that is too large says what to do, and the runtime survives it', async () => {
  const builder = new GraphBuilder(registry);
  const x = builder.input('scalar', 'x', floats());
  const huge = builder.add('expand', [x], { shape: [2 ** 30] });
  builder.output('sum', builder.add('sum', [huge], { dim: [0], keepdim: false }));
  const tooLarge = await backend.compile(builder.build(), backend.createState([]));
  await expect(tooLarge.run({ data: new Map(), scalars: { x: 1 } })).rejects.toMatchObject({
    message: 'This step needs more memory than the 4 GiB that WebAssembly has.',
    hint: 'Choose a smaller batch size or a smaller input size.',
  });

  const executable = await backend.compile(
    accumulator(),
    backend.createState([{ name: 'total', type: floats(2) }]),
  );
  const data = new Map([['x', Float32Array.of(1, 2)]]);
  expect([...(await executable.run({ data, scalars: { rate: 1 } })).get('before')!]).toEqual([0, 0]);
});

test('integers go in and come out as Int32Array, bools come out as 0 and 1', async () => {
  const builder = new GraphBuilder(registry);
  const x = builder.input('data', 'x', { shape: [3], dtype: 'int64' });
  builder.output('plus', builder.add('add_scalar', [x], { value: 1 }));
  builder.output('positive', builder.add('gt_scalar', [x], { value: 0 }));
  const executable = await backend.compile(builder.build(), backend.createState([]));
  const outputs = await executable.run({ data: new Map([['x', Int32Array.of(-5, 0, 7)]]), scalars: {} });
  expect(outputs.get('plus')).toEqual(Int32Array.of(-4, 1, 8));
  expect(outputs.get('positive')).toEqual(Float32Array.of(0, 0, 1));
});

test('dropout masks are the counter hash’s', async () => {
  const builder = new GraphBuilder(registry);
  const seed = builder.input('scalar', 'seed', floats());
  const attributes = { shape: [4, 25], p: 0.3, stream: 2 };
  builder.output('mask', builder.add('dropout_mask', [seed], attributes));
  const executable = await backend.compile(builder.build(), backend.createState([]));
  const outputs = await executable.run({ data: new Map(), scalars: { seed: 17 } });
  expect(outputs.get('mask')).toEqual(dropoutMask(100, 0.3, 2, 17));
});

test('says which device it is and why', () => {
  expect(backend.info).toEqual({
    backend: 'wasm',
    description: 'CPU, ONNX Runtime Web (WebAssembly SIMD, 1 thread)',
    fallbackReason: 'no adapter was found',
  });
});

test('a thousand runs leave no memory behind', async () => {
  const store = backend.createState([{ name: 'total', type: floats(256, 256) }]);
  const builder = new GraphBuilder(registry);
  const total = builder.input('state', 'total', floats(256, 256));
  builder.update('total', builder.add('add_scalar', [total], { value: 1 }));
  const executable = await backend.compile(builder.build(), store);
  const runs = async (count: number) => {
    for (let index = 0; index < count; index++) await executable.run(noFeeds);
    return process.memoryUsage.rss();
  };
  const before = await runs(200);
  const after = await runs(1000);
  // Each run makes 256 KiB of output: kept, they would be 250 MiB.
  expect(after - before).toBeLessThan(100 * 2 ** 20);
  expect((await store.read()).get('total')![0]).toBe(1200);
});
