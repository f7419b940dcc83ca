/** @file Turns a row of an elementwise table into an op definition. */
import type { DType, TensorType, ValueId } from '../graph/ir';
import { Algebra } from './algebra';
import type { OpAttributes, OpName } from './attributes';
import type { OpDefinition, OpExample } from './opDefinition';
import { broadcastShapes, float32, floatingResult, inputAt, requireFloating, resultType } from './typeRules';

/** Result dtype from the (promoted) dtype of the inputs. @throws ShapeError for a dtype that PyTorch refuses. */
export type DTypeRule<K extends OpName> = (dtype: DType, attributes: OpAttributes[K]) => DType;

export const keepDType = (dtype: DType): DType => dtype;
export const toFloating = (dtype: DType): DType => floatingResult(dtype);
export const toBool = (): DType => 'bool';
/** Only floats, else PyTorch's complaint about its kernel of this name. */
export const onlyFloating = (kernel: string) => (dtype: DType) => requireFloating(dtype, kernel);

/** x: the input, y: the output, g: the gradient of y. */
export interface UnaryGradientTerms<K extends OpName> {
  readonly x: ValueId;
  readonly y: ValueId;
  readonly g: ValueId;
  readonly attributes: OpAttributes[K];
}

export interface UnaryRow<K extends OpName> {
  readonly doc: string;
  readonly dtype: DTypeRule<K>;
  /** Gradient of x; null where none flows. */
  readonly gradient: ((a: Algebra, terms: UnaryGradientTerms<K>) => ValueId) | null;
  readonly examples: readonly OpAttributes[K][];
  /** Of the examples' input; float32 3×5 unless said. */
  readonly exampleInput?: TensorType;
}

export function unary<K extends OpName>(row: UnaryRow<K>): OpDefinition<K> {
  const { gradient } = row;
  return {
    doc: row.doc,
    infer(inputs, attributes) {
      const input = inputAt(inputs, 0);
      return [{ shape: input.shape, dtype: row.dtype(input.dtype, attributes) }];
    },
    gradient:
      gradient &&
      ((builder, node, [g]) => [
        g == null
          ? null
          : gradient(new Algebra(builder), {
              x: node.inputs[0]!,
              y: node.outputs[0]!,
              g,
              attributes: node.attributes as OpAttributes[K],
            }),
      ]),
    examples: row.examples.map((attributes) => ({
      inputs: [row.exampleInput ?? float32(3, 5)],
      attributes,
    })),
  };
}

/** x, z: the inputs, y: the output, g: the gradient of y; all still broadcast. */
export interface BinaryGradientTerms {
  readonly x: ValueId;
  readonly z: ValueId;
  readonly y: ValueId;
  readonly g: ValueId;
}

export interface BinaryRow<K extends OpName> {
  readonly doc: string;
  readonly dtype: DTypeRule<K>;
  /** @throws ShapeError where PyTorch refuses the pair. */
  readonly check?: (input: TensorType, other: TensorType) => void;
  /** Gradients of x and z before broadcasting is summed out; null where none flows. */
  readonly gradient: ((a: Algebra, terms: BinaryGradientTerms) => readonly [ValueId, ValueId]) | null;
}

const binaryExamples: readonly { readonly inputs: readonly TensorType[]; readonly attributes: object }[] = [
  { inputs: [float32(3, 5), float32(3, 5)], attributes: {} },
  { inputs: [float32(2, 3, 4, 5), float32(3, 1, 5)], attributes: {} },
  { inputs: [float32(4, 1), float32(2, 1, 7)], attributes: {} },
  { inputs: [float32(2, 3), float32()], attributes: {} },
];

export function binary<K extends OpName>(row: BinaryRow<K>): OpDefinition<K> {
  const { gradient } = row;
  return {
    doc: row.doc,
    infer(inputs, attributes) {
      const input = inputAt(inputs, 0);
      const other = inputAt(inputs, 1);
      row.check?.(input, other);
      const shape = broadcastShapes(input.shape, other.shape);
      return [{ shape, dtype: row.dtype(resultType([input, other]), attributes) }];
    },
    gradient:
      gradient &&
      ((builder, node, [g]) => {
        if (g == null) return [null, null];
        const algebra = new Algebra(builder);
        const [x, z, y] = [node.inputs[0]!, node.inputs[1]!, node.outputs[0]!];
        const [dx, dz] = gradient(algebra, { x, z, y, g });
        return [algebra.sumTo(dx, builder.shape(x)), algebra.sumTo(dz, builder.shape(z))];
      }),
    examples: binaryExamples as readonly OpExample<K>[],
  };
}

/** (grad_output, input or output): ATen's gradient kernel of an activation. */
export function activationBackward<K extends OpName>(
  doc: string,
  examples: readonly OpAttributes[K][],
): OpDefinition<K> {
  return {
    doc,
    infer(inputs) {
      const gradOutput = inputAt(inputs, 0);
      const input = inputAt(inputs, 1);
      return [{ shape: broadcastShapes(gradOutput.shape, input.shape), dtype: input.dtype }];
    },
    gradient: null,
    examples: examples.map((attributes) => ({ inputs: [float32(3, 5), float32(3, 5)], attributes })),
  };
}
