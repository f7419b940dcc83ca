/** @file Elements as safetensors stores them (little-endian) and as we hold them. */
import type { DType } from '../graph/ir';

/** Float32Array for floats and bool (0/1), Int32Array for integers; row-major, dense. */
export type DenseValues = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

interface ElementCodec {
  readonly bytes: number;
  readonly dtype: DType;
  read(view: DataView, at: number): number;
  write(view: DataView, at: number, value: number): void;
}

export type SafetensorsDType = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'U8' | 'BOOL';

export const elementCodecs: Readonly<Record<SafetensorsDType, ElementCodec>> = {
  F64: {
    bytes: 8,
    dtype: 'float64',
    read: (view, at) => view.getFloat64(at, true),
    write: (view, at, value) => view.setFloat64(at, value, true),
  },
  F32: {
    bytes: 4,
    dtype: 'float32',
    read: (view, at) => view.getFloat32(at, true),
    write: (view, at, value) => view.setFloat32(at, value, true),
  },
  F16: {
    bytes: 2,
    dtype: 'float16',
    read: (view, at) => halfToNumber(view.getUint16(at, true)),
    write: (view, at, value) => view.setUint16(at, numberToHalf(value), true),
  },
  BF16: {
    bytes: 2,
    dtype: 'bfloat16',
    read: (view, at) => bitsToFloat(view.getUint16(at, true) << 16),
    write: (view, at, value) => view.setUint16(at, numberToBfloat(value), true),
  },
  I64: {
    bytes: 8,
    dtype: 'int64',
    read: (view, at) => Number(view.getBigInt64(at, true)),
    write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  },
  I32: {
    bytes: 4,
    dtype: 'int32',
    read: (view, at) => view.getInt32(at, true),
    write: (view, at, value) => view.setInt32(at, value, true),
  },
  U8: {
    bytes: 1,
    dtype: 'uint8',
    read: (view, at) => view.getUint8(at),
    write: (view, at, value) => view.setUint8(at, value),
  },
  BOOL: {
    bytes: 1,
    dtype: 'bool',
    read: (view, at) => (view.getUint8(at) ? 1 : 0),
    write: (view, at, value) => view.setUint8(at, value ? 1 : 0),
  },
};

/** Null for a dtype that our files do not hold (int8, int16). */
export function safetensorsDType(dtype: DType): SafetensorsDType | null {
  const found = Object.entries(elementCodecs).find(([, codec]) => codec.dtype === dtype);
  return found ? (found[0] as SafetensorsDType) : null;
}

/** Integers outside int32 become the nearest that fits. */
export function decodeElements(bytes: Uint8Array, dtype: SafetensorsDType): DenseValues {
  // Every machine that runs WebAssembly keeps numbers little-endian, as the file does.
  if (dtype === 'F32') return new Float32Array(bytes.slice().buffer);
  const codec = elementCodecs[dtype];
  const count = bytes.byteLength / codec.bytes;
  const whole = dtype === 'I64' || dtype === 'I32' || dtype === 'U8';
  const values = whole ? new Int32Array(count) : new Float32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) {
    const value = codec.read(view, i * codec.bytes);
    values[i] = whole ? Math.min(Math.max(value, -0x80000000), 0x7fffffff) : value;
  }
  return values;
}

export function encodeElements(values: ArrayLike<number>, dtype: SafetensorsDType, into: Uint8Array): void {
  if (dtype === 'F32') {
    into.set(new Uint8Array(Float32Array.from(values).buffer));
    return;
  }
  const codec = elementCodecs[dtype];
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  for (let i = 0; i < values.length; i++) codec.write(view, i * codec.bytes, values[i]!);
}

const scratch = new DataView(new ArrayBuffer(4));

function bitsToFloat(bits: number): number {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}

function floatToBits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

/** IEEE binary16: sign, 5 bits of exponent, 10 of fraction. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Rounds to the nearest, ties to even; from 65520 on to infinity. */
function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  // Where log2 rounds up across a power of two, or the fraction up to 1024, the carry gives the right bits as well.
  const fraction = roundToEven((size / 2 ** exponent - 1) * 1024);
  return sign | (((exponent + 15) << 10) + fraction);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** The upper half of a float32, rounded to the nearest, ties to even. */
function numberToBfloat(value: number): number {
  const bits = floatToBits(value);
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
