/** @file Parameters, buffers and optimizer state, each in a buffer of its own that all executables bind. */

import { elementCount, type TensorType } from '../../core/graph/ir';
import type { StateSpec, StateStore, TensorData } from '../backend';
import type { DeviceContext } from './deviceContext';
import { storageOf } from './kernels/kernel';
import { paddedBytes } from './planner';

interface StateTensor {
  readonly type: TensorType;
  readonly buffer: GPUBuffer;
}

/** Read back this much at a time, so that a large model needs no second copy of itself on the GPU. */
const readChunkBytes = 64 * 2 ** 20;

export class WebgpuStateStore implements StateStore {
  private readonly tensors: ReadonlyMap<string, StateTensor>;

  constructor(
    private readonly context: DeviceContext,
    specs: readonly StateSpec[],
  ) {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    this.tensors = new Map(
      specs.map(({ name, type }) => [
        name,
        { type, buffer: context.createBuffer(`state ${name}`, paddedBytes(type), usage) },
      ]),
    );
  }

  /** @throws Error where there is no such state. */
  tensor(name: string): StateTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`the state store holds no "${name}"`);
    return tensor;
  }

  write(entries: ReadonlyMap<string, TensorData>): void {
    this.context.check();
    for (const [name, data] of entries) {
      const { type, buffer } = this.tensor(name);
      checkTensorData(`state "${name}"`, type, data);
      if (data.length > 0) this.context.device.queue.writeBuffer(buffer, 0, data);
    }
  }

  async read(names: readonly string[] = [...this.tensors.keys()]): Promise<Map<string, TensorData>> {
    this.context.check();
    const result = new Map<string, TensorData>();
    let chunk: string[] = [];
    let bytes = 0;
    for (const name of names) {
      const size = paddedBytes(this.tensor(name).type);
      if (chunk.length > 0 && bytes + size > readChunkBytes) {
        await this.readChunk(chunk, result);
        chunk = [];
        bytes = 0;
      }
      chunk.push(name);
      bytes += size;
    }
    if (chunk.length > 0) await this.readChunk(chunk, result);
    return result;
  }

  dispose(): void {
    for (const { buffer } of this.tensors.values()) buffer.destroy();
  }

  private async readChunk(names: readonly string[], result: Map<string, TensorData>): Promise<void> {
    const { context } = this;
    const tensors = names.map((name) => this.tensor(name));
    const total = tensors.reduce((sum, { type }) => sum + paddedBytes(type), 0);
    const staging = context.createBuffer(
      'state readback',
      total,
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    );
    try {
      const encoder = context.device.createCommandEncoder();
      let offset = 0;
      for (const { type, buffer } of tensors) {
        encoder.copyBufferToBuffer(buffer, 0, staging, offset, paddedBytes(type));
        offset += paddedBytes(type);
      }
      context.submit(encoder.finish());
      await staging.mapAsync(GPUMapMode.READ);
      const bytes = staging.getMappedRange();
      offset = 0;
      names.forEach((name, i) => {
        const { type } = tensors[i]!;
        result.set(name, copyTensor(bytes, offset, type));
        offset += paddedBytes(type);
      });
    } catch (error) {
      throw context.reason(error);
    } finally {
      staging.destroy();
    }
  }
}

/** A dense copy of a tensor out of mapped memory. */
export function copyTensor(bytes: ArrayBuffer, offset: number, type: TensorType): TensorData {
  const copy = bytes.slice(offset, offset + elementCount(type.shape) * 4);
  return storageOf(type.dtype) === 'f32' ? new Float32Array(copy) : new Int32Array(copy);
}

/** @throws Error where `data` is not what `type` stores. */
export function checkTensorData(what: string, type: TensorType, data: TensorData): void {
  const wanted = storageOf(type.dtype) === 'f32' ? Float32Array : Int32Array;
  if (!(data instanceof wanted) || data.length !== elementCount(type.shape)) {
    throw new Error(
      `${what} is ${type.shape.join('×') || 'a scalar'} of ${type.dtype}, so it takes a ${wanted.name} of ` +
        `${elementCount(type.shape)}, but got a ${data.constructor.name} of ${data.length}`,
    );
  }
}
