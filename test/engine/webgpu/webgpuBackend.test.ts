/** @file What the backend promises around a run: order, state, cost, and what is said when something is wrong. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestDawnAdapter } from '../../../src/cli/dawn';
import { GraphBuilder } from '../../../src/core/graph/builder';
import type { Graph, TensorType } from '../../../src/core/graph/ir';
import { registry } from '../../../src/core/ops/registry';
import type { RunFeeds, TensorData } from '../../../src/engine/backend';
import { createWebgpuBackend, type WebgpuBackend } from '../../../src/engine/webgpu/webgpuBackend';

let backend: WebgpuBackend;
let device: GPUDevice;

beforeEach(async () => {
  const { gpu, adapter } = await requestDawnAdapter();
  // The device is kept, for the tests that take it away from the backend.
  const requestDevice = adapter.requestDevice.bind(adapter);
  Object.defineProperty(adapter, 'requestDevice', {
    value: async (descriptor: GPUDeviceDescriptor) => {
      device = await requestDevice(descriptor);
      return device;
    },
  });
  backend = await createWebgpuBackend(gpu, { adapter });
});
afterEach(() => backend.dispose());

const float = (...shape: number[]): TensorType => ({ shape, dtype: 'float32' });
const feed = (data: Record<string, TensorData>, scalars: Record<string, number> = {}): RunFeeds => ({
  data: new Map(Object.entries(data)),
  scalars,
});

/** total += x, and gives the old total. */
function accumulator(): Graph {
  const builder = new GraphBuilder(registry);
  const total = builder.input('state', 'total', float(3));
  const x = builder.input('data', 'x', float(3));
  builder.output('before', total);
  builder.update('total', builder.add('add', [total, x], {}));
  return builder.build();
}

describe('runs', () => {
  it('queued without waiting see the states that earlier ones left, one submission each', async () => {
    const state = backend.createState([{ name: 'total', type: float(3) }]);
    state.write(new Map([['total', new Float32Array([1, 2, 3])]]));
    const executable = await backend.compile(accumulator(), state);
    await executable.run(feed({ x: new Float32Array(3) }));
    const before = { ...backend.counters };
    const runs = [10, 100, 1000].map((x) => executable.run(feed({ x: new Float32Array(3).fill(x) })));
    const outputs = await Promise.all(runs);
    expect(outputs.map((output) => [...output.get('before')!])).toEqual([
      [1, 2, 3],
      [11, 12, 13],
      [111, 112, 113],
    ]);
    expect(backend.counters.submissions - before.submissions).toBe(3);
    expect(backend.counters.buffersCreated).toBe(before.buffersCreated);
    expect([...(await state.read()).get('total')!]).toEqual([1111, 1112, 1113]);
  });

  it('executables share the states of their store', async () => {
    const state = backend.createState([{ name: 'total', type: float(3) }]);
    const [first, second] = [
      await backend.compile(accumulator(), state),
      await backend.compile(accumulator(), state),
    ];
    const compiled = backend.pipelineCount;
    await backend.compile(accumulator(), state);
    expect(backend.pipelineCount).toBe(compiled);
    await first.run(feed({ x: new Float32Array(3).fill(1) }));
    await second.run(feed({ x: new Float32Array(3).fill(2) }));
    expect([...(await state.read(['total'])).get('total')!]).toEqual([3, 3, 3]);
  });

  it('swapped states really swap', async () => {
    const builder = new GraphBuilder(registry);
    const a = builder.input('state', 'a', float(2));
    builder.update('a', builder.input('state', 'b', float(2)));
    builder.update('b', a);
    const state = backend.createState(['a', 'b'].map((name) => ({ name, type: float(2) })));
    state.write(
      new Map([
        ['a', new Float32Array([1, 2])],
        ['b', new Float32Array([3, 4])],
      ]),
    );
    const executable = await backend.compile(builder.build(), state);
    await executable.run(feed({}));
    const after = await state.read();
    expect([...after.get('a')!, ...after.get('b')!]).toEqual([3, 4, 1, 2]);
  });

  it('integers and large grids come back exact', async () => {
    // More than 65535 workgroups of 64 vectors: the grid is folded.
    const count = 4 * 64 * 65_600;
    const builder = new GraphBuilder(registry);
    const x = builder.input('data', 'x', { shape: [count], dtype: 'int64' });
    builder.output('y', builder.add('add_scalar', [x], { value: 1 }));
    const executable = await backend.compile(builder.build(), backend.createState([]));
    const values = Int32Array.from({ length: count }, (_, i) => i);
    const y = (await executable.run(feed({ x: values }))).get('y')!;
    expect(y.every((value, i) => value === i + 1)).toBe(true);
  });
});

describe('what is wrong is said', () => {
  it('a missing or misshapen feed', async () => {
    const executable = await backend.compile(
      accumulator(),
      backend.createState([{ name: 'total', type: float(3) }]),
    );
    await expect(executable.run(feed({}))).rejects.toThrow('this run is not fed "x"');
    await expect(executable.run(feed({ x: new Float32Array(4) }))).rejects.toThrow(
      'data "x" is 3 of float32, so it takes a Float32Array of 3, but got a Float32Array of 4',
    );
  });

  it('a state of another shape', async () => {
    const state = backend.createState([{ name: 'total', type: float(4) }]);
    await expect(backend.compile(accumulator(), state)).rejects.toThrow(
      'state "total" is 4 of float32 but the graph takes 3 of float32',
    );
  });

  it('a lost device ends pending and later runs with the reason', async () => {
    const executable = await backend.compile(
      accumulator(),
      backend.createState([{ name: 'total', type: float(3) }]),
    );
    await executable.run(feed({ x: new Float32Array(3) }));
    const pending = executable.run(feed({ x: new Float32Array(3) }));
    device.destroy();
    await expect(pending).rejects.toThrow(/GPU/);
    expect(await backend.lost).toMatch(/The GPU was lost/);
    await expect(executable.run(feed({ x: new Float32Array(3) }))).rejects.toThrow(/The GPU was lost/);
  });
});
