/** @file Runs a saved ONNX model, for previews. */
import type { InferenceSession } from 'onnxruntime-web/wasm';
import { loadOrt, type Ort, type OrtOptions, quietSession } from './ortRuntime';
import { RunQueue } from './runQueue';

export interface OnnxOutput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

export class OnnxSession {
  private readonly queue = new RunQueue();

  private constructor(
    private readonly ort: Ort,
    private readonly session: InferenceSession,
  ) {}

  /** @throws Error when the runtime cannot read the file or lacks an operator of it; the message is the runtime's. */
  static async create(bytes: Uint8Array<ArrayBuffer>, options: OrtOptions): Promise<OnnxSession> {
    const { ort } = loadOrt(options);
    return new OnnxSession(ort, await ort.InferenceSession.create(bytes, quietSession));
  }

  get inputNames(): readonly string[] {
    return this.session.inputNames;
  }

  /** `shape` is N×C×H×W; the model's first input takes it. */
  run(image: Float32Array<ArrayBuffer>, shape: readonly number[]): Promise<OnnxOutput[]> {
    return this.queue.add(async () => {
      const input = new this.ort.Tensor('float32', image, shape);
      const results = await this.session.run({ [this.session.inputNames[0]!]: input });
      return this.session.outputNames.map((name) => {
        const tensor = results[name]!;
        const data =
          tensor.type === 'float32'
            ? (tensor.data as Float32Array<ArrayBuffer>)
            : Float32Array.from(tensor.data as ArrayLike<number | bigint>, Number);
        return { name, shape: tensor.dims, data };
      });
    });
  }

  dispose(): void {
    void this.queue.add(() => this.session.release());
  }
}
