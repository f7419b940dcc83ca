/** @file Collects the nodes and constants of an ONNX graph; what is written twice is kept once. */
import { elementCount } from '../graph/ir';
import type { OnnxAttribute, OnnxAttributes, OnnxNode, OnnxTensor } from './onnxModel';

/** Numbers that the runtime's caller draws and feeds at each run (a dropout mask). */
export interface GeneratedInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly p: number;
  readonly stream: number;
  /** ONNX name of the scalar input that seeds it. */
  readonly seed: string;
}

/** Whole numbers become `int`, text `string`, arrays `ints`; a float is spelled `{ float }`. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number };

export class OnnxEmitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly generated: GeneratedInput[] = [];
  private readonly known = new Map<string, readonly string[]>();
  private names = 0;

  /** The only output of a node. */
  add(op: string, inputs: readonly string[], attributes: Record<string, AttributeValue> = {}): string {
    return this.addAll(op, inputs, attributes, 1)[0]!;
  }

  /**
   * The first `outputCount` outputs of a node; `''` among `inputs` is an absent one. An `op` with a dot
   * (`com.microsoft.FusedMatMul`) names its domain.
   */
  addAll(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue>,
    outputCount: number,
  ): readonly string[] {
    const key = JSON.stringify([op, inputs, attributes, outputCount]);
    let outputs = this.known.get(key);
    if (!outputs) {
      outputs = Array.from({ length: outputCount }, () => this.freshName());
      this.known.set(key, outputs);
      const dot = op.lastIndexOf('.');
      this.nodes.push({
        op: op.slice(dot + 1),
        domain: dot < 0 ? '' : op.slice(0, dot),
        inputs: withoutTrailingAbsent(inputs),
        outputs,
        attributes: toAttributes(attributes),
      });
    }
    return outputs;
  }

  /** An extra name for `value`, as a graph output needs where it is also an input or another output. */
  alias(value: string, name: string): void {
    this.nodes.push({ op: 'Identity', domain: '', inputs: [value], outputs: [name], attributes: {} });
  }

  /** A float32 constant. */
  floats(shape: readonly number[], values: ArrayLike<number>): string {
    const data = values instanceof Float32Array ? values : Float32Array.from(values);
    return this.constant(shape, 'float32', data, (name) => ({ name, shape, type: 'float32', data }));
  }

  /** A float32 constant of shape []. */
  float(value: number): string {
    return this.floats([], [value]);
  }

  /** A float64 constant of shape [], for the few scalars that float32 cannot carry. */
  double(value: number): string {
    const data = Float64Array.of(value);
    return this.constant([], 'float64', data, (name) => ({ name, shape: [], type: 'float64', data }));
  }

  /** An int64 constant; of shape [values.length] unless said. */
  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(shape, 'int64', data, (name) => ({ name, shape, type: 'int64', data }));
  }

  bools(shape: readonly number[], values: readonly number[]): string {
    const data = Uint8Array.from(values, (value) => (value ? 1 : 0));
    return this.constant(shape, 'bool', data, (name) => ({ name, shape, type: 'bool', data }));
  }

  generate(spec: Omit<GeneratedInput, 'name'>): string {
    const name = `generated/${this.generated.length}`;
    this.generated.push({ ...spec, name });
    return name;
  }

  private constant(
    shape: readonly number[],
    type: string,
    data: { join(separator: string): string },
    make: (name: string) => OnnxTensor,
  ): string {
    // Large constants are rare and seldom equal: comparing them would cost more than it saves.
    const key = elementCount(shape) <= 64 ? `${type}[${shape}]${data.join(',')}` : null;
    const known = key === null ? undefined : this.known.get(key);
    if (known) return known[0]!;
    const name = this.freshName();
    this.initializers.push(make(name));
    if (key !== null) this.known.set(key, [name]);
    return name;
  }

  private freshName(): string {
    // No Python attribute holds a colon, so this is no state's name.
    return `t:${this.names++}`;
  }
}

function withoutTrailingAbsent(inputs: readonly string[]): readonly string[] {
  let length = inputs.length;
  while (length > 0 && inputs[length - 1] === '') length--;
  return inputs.slice(0, length);
}

function toAttributes(values: Record<string, AttributeValue>): OnnxAttributes {
  const attributes: Record<string, OnnxAttribute> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number') attributes[name] = { int: value };
    else if (typeof value === 'string') attributes[name] = { string: value };
    else if ('float' in value) attributes[name] = value;
    else attributes[name] = { ints: value };
  }
  return attributes;
}
