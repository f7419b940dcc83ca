/** @file State of the wasm backend: tensors that each run replaces. */
import type { Tensor } from 'onnxruntime-web/wasm';
import { elementCount, type TensorType } from '../../core/graph/ir';
import type { StateSpec, StateStore, TensorData } from '../backend';
import type { Ort } from './ortRuntime';
import { fromOrtTensor, toOrtTensor } from './ortTensors';
import type { RunQueue } from './runQueue';

export class WasmState implements StateStore {
  private readonly types: ReadonlyMap<string, TensorType>;
  private readonly tensors = new Map<string, Tensor>();

  /** Everything starts as zeros. */
  constructor(
    private readonly ort: Ort,
    private readonly queue: RunQueue,
    specs: readonly StateSpec[],
  ) {
    this.types = new Map(specs.map(({ name, type }) => [name, type]));
    for (const { name, type } of specs) {
      this.tensors.set(name, toOrtTensor(ort, new Float32Array(elementCount(type.shape)), type, name));
    }
  }

  /** @throws Error when the store holds no such name. */
  type(name: string): TensorType {
    const type = this.types.get(name);
    if (!type) throw new Error(`the state store holds no '${name}'`);
    return type;
  }

  tensor(name: string): Tensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`the state store holds no '${name}', or it is disposed of`);
    return tensor;
  }

  replace(name: string, tensor: Tensor): void {
    this.tensors.get(name)?.dispose();
    this.tensors.set(name, tensor);
  }

  write(entries: ReadonlyMap<string, TensorData>): void {
    const tensors = [...entries].map(([name, data]) => {
      return [name, toOrtTensor(this.ort, data.slice(), this.type(name), name)] as const;
    });
    // Runs already queued read the old values.
    void this.queue.add(async () => {
      for (const [name, tensor] of tensors) this.replace(name, tensor);
    });
  }

  read(names: readonly string[] = [...this.types.keys()]): Promise<Map<string, TensorData>> {
    return this.queue.add(async () => {
      return new Map(
        names.map((name) => [name, fromOrtTensor(this.tensor(name), this.type(name).dtype).slice()]),
      );
    });
  }

  dispose(): void {
    void this.queue.add(async () => {
      for (const tensor of this.tensors.values()) tensor.dispose();
      this.tensors.clear();
    });
  }
}
