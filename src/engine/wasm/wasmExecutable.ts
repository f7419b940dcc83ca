/** @file A compiled step graph on ONNX Runtime Web. */
import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { elementCount } from '../../core/graph/ir';
import type { LoweredStep, StepInput } from '../../core/onnx/lowerStep';
import { dropoutMask } from '../../core/random/counterHash';
import type { Executable, RunFeeds, TensorData } from '../backend';
import { TrainingError } from '../trainingError';
import type { Ort } from './ortRuntime';
import { fromOrtTensor, toOrtTensor } from './ortTensors';
import type { RunQueue } from './runQueue';
import type { WasmState } from './wasmState';

export class WasmExecutable implements Executable {
  private isDisposed = false;

  constructor(
    private readonly ort: Ort,
    private readonly queue: RunQueue,
    private readonly session: InferenceSession,
    private readonly step: Omit<LoweredStep, 'model'>,
    private readonly state: WasmState,
    /** Told when the runtime itself is broken and not just this run. */
    private readonly onCrash: (reason: string) => void,
  ) {}

  run(feeds: RunFeeds): Promise<Map<string, TensorData>> {
    return this.queue.add(() => this.runNow(feeds));
  }

  /** Once only: the runtime may have given a released session's number to another one. */
  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    void this.queue.add(() => this.session.release());
  }

  private async runNow(feeds: RunFeeds): Promise<Map<string, TensorData>> {
    const results = await this.session.run(this.bind(feeds)).catch((error: unknown) => {
      if (error instanceof WebAssembly.RuntimeError) this.onCrash(error.message);
      throw explained(error);
    });
    for (const { name, onnxName } of this.step.updates) {
      this.state.replace(name, results[onnxName] as Tensor);
    }
    return new Map(
      this.step.outputs.map(({ name, onnxName, type }) => {
        return [name, fromOrtTensor(results[onnxName] as Tensor, type.dtype)];
      }),
    );
  }

  private bind(feeds: RunFeeds): Record<string, Tensor> {
    const bound: Record<string, Tensor> = {};
    for (const input of this.step.inputs) bound[input.onnxName] = this.feed(input, feeds);
    for (const { name, shape, p, stream, seed } of this.step.generated) {
      const [value] = bound[seed]!.data as Float32Array;
      bound[name] = new this.ort.Tensor(
        'float32',
        dropoutMask(elementCount(shape), p, stream, value!),
        shape,
      );
    }
    return bound;
  }

  private feed({ kind, name, type }: StepInput, feeds: RunFeeds): Tensor {
    if (kind === 'state') return this.state.tensor(name);
    const data = kind === 'data' ? feeds.data.get(name) : scalarData(feeds.scalars[name]);
    if (!data) throw new Error(`nothing was fed for the ${kind} input '${name}'`);
    return toOrtTensor(this.ort, data, type, name);
  }
}

/** WebAssembly addresses 4 GiB; the runtime survives when it cannot get more, but its words are C++'s. */
function explained(error: unknown): unknown {
  if (!/bad_alloc|failed to allocate|SafeIntOnOverflow/i.test(String(error))) return error;
  return new TrainingError(
    'This step needs more memory than the 4 GiB that WebAssembly has.',
    'Choose a smaller batch size or a smaller input size.',
  );
}

function scalarData(value: number | undefined): TensorData | undefined {
  return value === undefined ? undefined : Float32Array.of(value);
}
