/** @file The CPU backend: step graphs as ONNX, run by ONNX Runtime Web. The fallback, and the kernels' second opinion. */
import { type Graph, sameShape } from '../../core/graph/ir';
import { lowerStep } from '../../core/onnx/lowerStep';
import type { DeviceInfo } from '../../core/runs/run';
import type { Backend, CompileProgress, Executable, StateSpec, StateStore } from '../backend';
import { loadOrt, type Ort, type OrtOptions, quietSession } from './ortRuntime';
import { RunQueue } from './runQueue';
import { WasmExecutable } from './wasmExecutable';
import { WasmState } from './wasmState';

export interface WasmBackendOptions extends OrtOptions {
  /** Why this is not the GPU that was asked for. */
  readonly fallbackReason?: string | null;
}

export async function createWasmBackend(options: WasmBackendOptions): Promise<Backend> {
  const { ort, threads } = loadOrt(options);
  return new WasmBackend(ort, {
    backend: 'wasm',
    description: `CPU, ONNX Runtime Web (WebAssembly SIMD, ${threads === 1 ? '1 thread' : `${threads} threads`})`,
    fallbackReason: options.fallbackReason ?? null,
  });
}

class WasmBackend implements Backend {
  /** A run occupies the thread until it is done, so queueing ahead gains nothing. */
  readonly queueDepth = 1;
  readonly lost: Promise<string>;
  private readonly queue = new RunQueue();
  private readonly executables = new Set<Executable>();
  private crash: (reason: string) => void = () => undefined;

  constructor(
    private readonly ort: Ort,
    readonly info: DeviceInfo,
  ) {
    this.lost = new Promise((resolve) => {
      this.crash = resolve;
    });
  }

  createState(specs: readonly StateSpec[]): StateStore {
    return new WasmState(this.ort, this.queue, specs);
  }

  async compile(
    graph: Graph,
    state: StateStore,
    onProgress?: (progress: CompileProgress) => void,
  ): Promise<Executable> {
    if (!(state instanceof WasmState)) throw new Error('the state store belongs to another backend');
    checkState(graph, state);
    onProgress?.({ done: 0, total: 1 });
    const { model, ...step } = lowerStep(graph);
    // Measured: ONNX Runtime's own rewriting takes longer than reading the model, and gains a step nothing.
    const session = await this.queue.add(() =>
      this.ort.InferenceSession.create(model, { graphOptimizationLevel: 'disabled', ...quietSession }),
    );
    onProgress?.({ done: 1, total: 1 });
    const executable = new WasmExecutable(this.ort, this.queue, session, step, state, this.crash);
    this.executables.add(executable);
    return executable;
  }

  dispose(): void {
    for (const executable of this.executables) executable.dispose();
    this.executables.clear();
  }
}

function checkState(graph: Graph, state: WasmState): void {
  for (const { kind, name, value } of graph.inputs) {
    if (kind !== 'state') continue;
    const wanted = graph.values[value]!;
    const found = state.type(name);
    if (found.dtype !== wanted.dtype || !sameShape(found.shape, wanted.shape)) {
      throw new Error(
        `state '${name}' is ${found.dtype} [${found.shape.join(', ')}]; the graph wants ${wanted.dtype} [${wanted.shape.join(', ')}]`,
      );
    }
  }
}
