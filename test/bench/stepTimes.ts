/** @file Milliseconds of a training step on both backends in Node, and in PyTorch on the same processor in the same run. */

import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { inRepository } from '../../src/build/repository.mjs';
import { requestDawnAdapter } from '../../src/cli/dawn';
import { elementCount } from '../../src/core/graph/ir';
import type { ModelArguments } from '../../src/core/graph/tracedModel';
import { buildTrainingStep } from '../../src/core/passes/trainingStep';
import { initialState } from '../../src/core/random/initialState';
import type { LossName, Task } from '../../src/core/runs/experiment';
import { defaultExperiment } from '../../src/core/runs/parseExperiment';
import type { Backend, TensorData } from '../../src/engine/backend';
import { createWasmBackend } from '../../src/engine/wasm/wasmBackend';
import { createWebgpuBackend } from '../../src/engine/webgpu/webgpuBackend';
import { TraceClient } from '../../src/trace/traceClient';
import { trainableGraph } from '../../src/trace/trainableGraph';
import { median } from './median';

export interface StepTime {
  readonly model: string;
  readonly device: string;
  /** Median. */
  readonly milliseconds: number;
  /** Before the first step: kernels or ONNX sessions. */
  readonly compileMilliseconds: number | null;
  /** Of PyTorch on one thread; above 1 is slower than it. */
  readonly ratioToPyTorch: number | null;
}

interface Work {
  readonly name: 'seed_unet' | 'tiny_vgg';
  readonly title: string;
  readonly class: string;
  readonly args: ModelArguments;
  readonly input: readonly number[];
  readonly task: Task;
  readonly loss: LossName;
}

const works: readonly Work[] = [
  {
    name: 'seed_unet',
    title: 'seed U-Net [8, 16, 32], 8×1×128×128',
    class: 'UNET',
    args: { in_channels: 1, out_channels: 1, features: [8, 16, 32] },
    input: [8, 1, 128, 128],
    task: 'segmentation',
    loss: 'bce_dice',
  },
  {
    name: 'tiny_vgg',
    title: 'TinyVGG, 32×1×28×28',
    class: 'TinyVGG',
    args: { input_shape: 1, hidden_units: 10, output_shape: 10 },
    input: [32, 1, 28, 28],
    task: 'classification',
    loss: 'cross_entropy',
  },
];

const WARM_UP = 3;

/** @param steps timed on each device */
export async function stepTimes(steps: number): Promise<StepTime[]> {
  const peer = await pytorch(1, steps);
  const backends = [await wasmBackend(), await webgpuBackend()];
  const tracer = new TraceClient(inRepository('dist'));
  const rows: StepTime[] = [];
  try {
    for (const work of works) {
      const reference = peer ? median(peer[work.name]) : null;
      if (peer && reference !== null) {
        const device = `PyTorch ${peer.version}, CPU, 1 thread`;
        const row = { model: work.title, device, milliseconds: reference };
        rows.push({ ...row, compileMilliseconds: null, ratioToPyTorch: 1 });
      }
      for (const backend of backends) {
        const { milliseconds, compileMilliseconds } = await timeSteps(work, backend, tracer, steps);
        rows.push({
          model: work.title,
          device: `${backend.info.backend}: ${backend.info.description}`,
          milliseconds,
          compileMilliseconds,
          ratioToPyTorch: reference === null ? null : milliseconds / reference,
        });
      }
    }
  } finally {
    await tracer.dispose();
    for (const backend of backends) backend.dispose();
  }
  return rows;
}

async function timeSteps(work: Work, backend: Backend, tracer: TraceClient, steps: number) {
  const entry = `${work.name}.py`;
  const files = { [entry]: readFileSync(inRepository('test/golden/models', entry), 'utf8') };
  const runs = [{ mode: 'train' as const, inputs: [{ shape: work.input, dtype: 'float32' as const }] }];
  const target = { name: work.class, args: work.args, runs };
  const { models, diagnostics } = await tracer.trace({ files, entry, target }, { timeoutMs: 30_000 });
  const model = models[0];
  if (!model?.graphs[0]) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const { optimizer } = defaultExperiment('model.py', 'data');
  const { task, loss } = work;
  const step = buildTrainingStep({
    graph: trainableGraph(model.graphs[0].graph),
    state: model.state,
    loss,
    optimizer,
    task,
  });
  const state = backend.createState(step.stateSpecs);
  const initial = initialState(model.state, model.init, 0);
  state.write(
    new Map(
      step.stateSpecs.map(({ name, type }): [string, TensorData] => [
        name,
        initial.get(name) ?? new Float32Array(elementCount(type.shape)),
      ]),
    ),
  );
  const compileStart = performance.now();
  const executable = await backend.compile(step.graph, state);
  const input0 = Float32Array.from({ length: elementCount(work.input) }, (_, i) => ((i * 7919) % 256) / 255);
  const size = elementCount(step.targetType.shape);
  const truth =
    step.targetType.dtype === 'float32'
      ? input0.map((value) => (value > 0.5 ? 1 : 0))
      : Int32Array.from({ length: size }, (_, i) => i % 10);
  const data = new Map<string, TensorData>([
    ['input0', input0],
    ['target', truth],
  ]);
  const times: number[] = [];
  let compileMilliseconds = 0;
  for (let index = 1; index <= WARM_UP + steps; index++) {
    const start = performance.now();
    await executable.run({ data, scalars: { lr: optimizer.lr, step: index, seed: index } });
    // Drivers finish their work on a kernel when it is first used.
    if (index === 1) compileMilliseconds = performance.now() - compileStart;
    if (index > WARM_UP) times.push(performance.now() - start);
  }
  executable.dispose();
  state.dispose();
  return { milliseconds: median(times), compileMilliseconds };
}

async function wasmBackend(): Promise<Backend> {
  const wasmBinary = readFileSync(inRepository('dist/webview/ort-wasm-simd-threaded.wasm'));
  return createWasmBackend({ wasmBinary });
}

async function webgpuBackend(): Promise<Backend> {
  const { gpu, adapter } = await requestDawnAdapter();
  return createWebgpuBackend(gpu, { adapter });
}

type PeerTimes = Readonly<Record<Work['name'], readonly number[]>> & { readonly version: string };

/** null where no Python here has PyTorch. */
async function pytorch(threads: number, steps: number): Promise<PeerTimes | null> {
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  const script = inRepository('test/bench/pytorch_steps.py');
  try {
    const { stdout } = await promisify(execFile)(python, [script, String(threads), String(steps)]);
    return JSON.parse(stdout) as PeerTimes;
  } catch {
    return null;
  }
}
