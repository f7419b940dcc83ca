/** @file The work in CNN Lab's own engine, on either backend. */
import { readFileSync } from 'node:fs';
import { inRepository } from '../../../src/build/repository.mjs';
import { elementCount } from '../../../src/core/graph/ir';
import { buildTrainingStep } from '../../../src/core/passes/trainingStep';
import type { Backend, TensorData } from '../../../src/engine/backend';
import { createWasmBackend } from '../../../src/engine/wasm/wasmBackend';
import { createWebgpuBackend } from '../../../src/engine/webgpu/webgpuBackend';
import { adam, type NetName, type PeerWork } from './peerWork';

/** Gives one step, whose result is its loss. Metrics are computed too, as in every training of ours. */
export async function startOwn(
  net: NetName,
  work: PeerWork,
  backend: Backend,
): Promise<() => Promise<number>> {
  const { graph, state: entries } = work.model;
  const step = buildTrainingStep({
    graph,
    state: entries,
    task: net === 'unet' ? 'segmentation' : 'classification',
    loss: net === 'unet' ? 'bce_with_logits' : 'cross_entropy',
    optimizer: { name: 'adam', weightDecay: 0, momentum: 0, nesterov: false, ...adam },
  });
  const state = backend.createState(step.stateSpecs);
  state.write(
    new Map(
      step.stateSpecs.map(({ name, type }): [string, TensorData] => {
        const start = name.endsWith('running_var') ? 1 : 0;
        const zeros = new Float32Array(elementCount(type.shape)).fill(start);
        return [name, work.parameters.get(name)?.values ?? zeros];
      }),
    ),
  );
  const executable = await backend.compile(step.graph, state);
  const { values } = work.target;
  const data = new Map<string, TensorData>([
    ['input0', work.input.values],
    ['target', net === 'unet' ? values : Int32Array.from(values)],
  ]);
  let count = 0;
  return async () => {
    const outputs = await executable.run({ data, scalars: { lr: adam.lr, step: ++count, seed: count } });
    return outputs.get('loss')![0]!;
  };
}

export function ownWasm(): Promise<Backend> {
  const wasmBinary = readFileSync(inRepository('dist/webview/ort-wasm-simd-threaded.wasm'));
  return createWasmBackend({ wasmBinary });
}

export function ownWebgpu(gpu: GPU, adapter: GPUAdapter): Promise<Backend> {
  return createWebgpuBackend(gpu, { adapter });
}
