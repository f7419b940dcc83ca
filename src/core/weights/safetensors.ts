/**
 * @file The safetensors format: eight bytes of header length, a JSON header, then the tensors' bytes.
 * Source: https://github.com/huggingface/safetensors (format section of its README).
 */
import { elementCount } from '../graph/ir';
import {
  type DenseValues,
  decodeElements,
  elementCodecs,
  encodeElements,
  type SafetensorsDType,
} from './tensorBytes';

/** The reference implementation refuses longer headers. */
const maxHeaderBytes = 100_000_000;
const metadataKey = '__metadata__';

export interface SafetensorsEntry {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  /** A view into the file. */
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
  /** In the header's order. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What is wrong with a weights file, and what to do. */
export interface WeightsProblem {
  readonly message: string;
  readonly hint: string;
}

export type SafetensorsResult =
  | { readonly ok: true; readonly file: SafetensorsFile }
  | { readonly ok: false; readonly problem: WeightsProblem };

/** Never throws: whatever the bytes are, the result is a file or what is wrong with it. */
export function readSafetensors(bytes: Uint8Array): SafetensorsResult {
  try {
    return { ok: true, file: parse(bytes) };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, problem: error.problem };
    throw error;
  }
}

export function tensorValues({ bytes, dtype }: SafetensorsEntry): DenseValues {
  return decodeElements(bytes, dtype);
}

export interface TensorToWrite {
  readonly name: string;
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/**
 * The header keeps the order given. The bytes are ordered by element size, largest first, so that every tensor is
 * aligned without gaps, which the format forbids.
 * @throws RangeError when values and shape disagree.
 */
export function writeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const sized = tensors.map((tensor) => {
    const count = elementCount(tensor.shape);
    if (tensor.values.length !== count) {
      throw new RangeError(
        `'${tensor.name}' has ${tensor.values.length} values; its shape is [${tensor.shape.join(', ')}]`,
      );
    }
    return { ...tensor, size: count * elementCodecs[tensor.dtype].bytes, start: 0 };
  });
  let total = 0;
  const bySize = [...sized].sort((a, b) => elementCodecs[b.dtype].bytes - elementCodecs[a.dtype].bytes);
  for (const tensor of bySize) {
    tensor.start = total;
    total += tensor.size;
  }
  const header = encodeHeader(sized, metadata);
  const file = new Uint8Array(8 + header.length + total);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  for (const { values, dtype, start, size } of sized) {
    const from = 8 + header.length + start;
    encodeElements(values, dtype, file.subarray(from, from + size));
  }
  return file;
}

interface PlacedTensor extends TensorToWrite {
  readonly start: number;
  readonly size: number;
}

/** Padded with spaces, so that the data begins at a multiple of eight bytes. */
function encodeHeader(
  tensors: readonly PlacedTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  // Written entry by entry: an object would move names that look like integers to the front.
  const entries = tensors.map(({ name, dtype, shape, start, size }) => {
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [start, start + size] })}`;
  });
  if (Object.keys(metadata).length > 0) entries.unshift(`"${metadataKey}":${JSON.stringify(metadata)}`);
  const text = new TextEncoder().encode(`{${entries.join(',')}}`);
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  return padded;
}

class Malformed extends Error {
  constructor(readonly problem: WeightsProblem) {
    super(problem.message);
  }
}

function malformed(message: string, hint = 'Save or copy the file again.'): Malformed {
  return new Malformed({ message, hint });
}

const notSafetensors = 'Choose a .safetensors file; a .pt file must be converted first.';

function parse(bytes: Uint8Array): SafetensorsFile {
  if (bytes.byteLength < 8) {
    throw malformed(`a safetensors file has at least 8 bytes; this one has ${bytes.byteLength}`);
  }
  const claimed = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (claimed > BigInt(maxHeaderBytes) || claimed > BigInt(bytes.byteLength - 8)) {
    throw malformed(
      `the header claims ${claimed} bytes; the file has ${bytes.byteLength - 8} after its length`,
      notSafetensors,
    );
  }
  const headerLength = Number(claimed);
  const data = bytes.subarray(8 + headerLength);
  const tensors = new Map<string, SafetensorsEntry>();
  let metadata: Record<string, string> = {};
  const spans: Span[] = [];
  for (const [name, value] of parseHeader(bytes.subarray(8, 8 + headerLength))) {
    if (name === metadataKey) {
      metadata = parseMetadata(value);
      continue;
    }
    const { dtype, shape, start, end } = parseEntry(name, value, data.byteLength);
    tensors.set(name, { dtype, shape, bytes: data.subarray(start, end) });
    spans.push({ name, start, end });
  }
  checkCoverage(spans, data.byteLength);
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array): [string, unknown][] {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw malformed('the header is not JSON', notSafetensors);
  }
  if (!isRecord(header)) throw malformed('the header is not a JSON object', notSafetensors);
  return Object.entries(header);
}

function parseMetadata(value: unknown): Record<string, string> {
  if (!isRecord(value)) throw malformed(`'${metadataKey}' is not an object`);
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

function parseEntry(
  name: string,
  value: unknown,
  available: number,
): { dtype: SafetensorsDType; shape: number[]; start: number; end: number } {
  if (!isRecord(value)) throw malformed(`tensor '${name}' is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isKnownDType(dtype)) {
    const known = Object.keys(elementCodecs).join(', ');
    throw malformed(
      `tensor '${name}' has dtype ${JSON.stringify(dtype)}; ${known} are read`,
      'Convert it to float32 before saving.',
    );
  }
  if (!isSizes(shape)) throw malformed(`tensor '${name}' has shape ${JSON.stringify(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw malformed(
      `tensor '${name}' has data_offsets ${JSON.stringify(offsets)}; two byte offsets are expected`,
    );
  }
  const [start, end] = offsets as [number, number];
  if (end > available) {
    throw malformed(
      `tensor '${name}' ends at byte ${end}; the file holds ${available} bytes of data: it is cut off`,
    );
  }
  const expected = elementCount(shape) * elementCodecs[dtype].bytes;
  if (end - start !== expected) {
    throw malformed(
      `tensor '${name}' has ${end - start} bytes; ${dtype} of shape [${shape.join(', ')}] takes ${expected}`,
    );
  }
  return { dtype, shape, start, end };
}

interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The format forbids overlaps and gaps. */
function checkCoverage(spans: readonly Span[], available: number): void {
  let at = 0;
  for (const { name, start, end } of [...spans].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== at) throw malformed(`tensor '${name}' starts at byte ${start}; byte ${at} is expected`);
    at = end;
  }
  if (at !== available)
    throw malformed(`the tensors end at byte ${at}; the file holds ${available} bytes of data`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isKnownDType(value: unknown): value is SafetensorsDType {
  return typeof value === 'string' && Object.hasOwn(elementCodecs, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
