/** @file Parameters, buffers and optimizer state, in pages that all executables bind. */

import { elementCount, type TensorType } from '../../core/graph/ir';
import type { StateSpec, StateStore, TensorData } from '../backend';
import type { DeviceContext } from './deviceContext';
import { storageOf } from './kernels/kernel';
import { layOutStates, type StatePlace } from './statePages';

/** A tensor's bytes in a buffer. */
export interface Region {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** Read back this much at a time, so that a large model needs no second copy of itself on the GPU. */
const readChunkBytes = 64 * 2 ** 20;

export class WebgpuStateStore implements StateStore {
  private readonly types: ReadonlyMap<string, TensorType>;
  private readonly places: ReadonlyMap<string, StatePlace>;
  private readonly pages: readonly GPUBuffer[];

  constructor(
    private readonly context: DeviceContext,
    specs: readonly StateSpec[],
  ) {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const { maxStorageBufferBindingSize, maxBufferSize } = context.device.limits;
    const layout = layOutStates(specs, Math.min(maxStorageBufferBindingSize, maxBufferSize));
    this.types = new Map(specs.map(({ name, type }) => [name, type]));
    this.places = layout.places;
    this.pages = layout.pages.map(({ label, bytes }) => context.createBuffer(`state ${label}`, bytes, usage));
  }

  /** @throws Error where there is no such state. */
  type(name: string): TensorType {
    const type = this.types.get(name);
    if (!type) throw new Error(`the state store holds no "${name}"`);
    return type;
  }

  place(name: string): StatePlace | undefined {
    return this.places.get(name);
  }

  page(index: number): GPUBuffer {
    return this.pages[index]!;
  }

  /** @throws Error where there is no such state. */
  region(name: string): Region {
    const place = this.places.get(name);
    if (!place) throw new Error(`the state store holds no "${name}"`);
    return { buffer: this.pages[place.page]!, offset: place.offset, size: place.bytes };
  }

  write(entries: ReadonlyMap<string, TensorData>): void {
    this.context.check();
    for (const [name, data] of entries) {
      const { buffer, offset } = this.region(name);
      checkTensorData(`state "${name}"`, this.type(name), data);
      if (data.length > 0) this.context.device.queue.writeBuffer(buffer, offset, data);
    }
  }

  async read(names: readonly string[] = [...this.places.keys()]): Promise<Map<string, TensorData>> {
    this.context.check();
    const result = new Map<string, TensorData>();
    let chunk: string[] = [];
    let bytes = 0;
    for (const name of names) {
      const { size } = this.region(name);
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
    for (const buffer of this.pages) buffer.destroy();
  }

  private async readChunk(names: readonly string[], result: Map<string, TensorData>): Promise<void> {
    const { context } = this;
    const regions = names.map((name) => this.region(name));
    const total = regions.reduce((sum, { size }) => sum + size, 0);
    const staging = context.createBuffer(
      'state readback',
      total,
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    );
    try {
      const encoder = context.device.createCommandEncoder();
      let at = 0;
      for (const { buffer, offset, size } of regions) {
        encoder.copyBufferToBuffer(buffer, offset, staging, at, size);
        at += size;
      }
      context.submit(encoder.finish());
      await staging.mapAsync(GPUMapMode.READ);
      const bytes = staging.getMappedRange();
      at = 0;
      names.forEach((name, i) => {
        result.set(name, copyTensor(bytes, at, this.type(name)));
        at += regions[i]!.size;
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
