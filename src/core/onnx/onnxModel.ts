/** @file An ONNX model as plain values, before it becomes protobuf bytes. */

/** The element types that we write; numbers are `TensorProto.DataType`. */
export const onnxElementType = { float32: 1, int64: 7, bool: 9, float64: 11 } as const;
export type OnnxElementType = keyof typeof onnxElementType;

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] };

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/** `inputs` may hold '' for an optional input that is absent, as ONNX itself writes it. */
export interface OnnxNode {
  readonly op: string;
  /** '' is ONNX's own operator set. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
}

/** `data` holds the elements as they are written: little-endian, row-major. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: OnnxElementType;
  readonly data: Float32Array | Float64Array | BigInt64Array | Uint8Array;
}

/** A dimension given as text is free, and named so. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly type: OnnxElementType;
}

export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly metadata: Readonly<Record<string, string>>;
}
