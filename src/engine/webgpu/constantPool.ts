/** @file Everything that is known when compiling, in one buffer. */
import type { Location } from './plan';
import { aligned, offsetAlignment } from './sizes';

export class ConstantPool {
  private readonly chunks: { readonly offset: number; readonly data: ArrayBufferView<ArrayBuffer> }[] = [];
  private bytes = 0;

  add(data: ArrayBufferView<ArrayBuffer>): Location {
    const bytes = Math.max(16, Math.ceil(data.byteLength / 16) * 16);
    const offset = this.bytes;
    this.chunks.push({ offset, data });
    this.bytes += aligned(bytes);
    return { kind: 'constant', offset, bytes };
  }

  pack(): Uint8Array<ArrayBuffer> {
    const packed = new Uint8Array(Math.max(offsetAlignment, this.bytes));
    for (const { offset, data } of this.chunks) {
      packed.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    }
    return packed;
  }
}
