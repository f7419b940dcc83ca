/** @file Rarer functions of numbers and of matrices. */
import type { TensorType } from '../../graph/ir';
import { ShapeError } from '../opDefinition';
import { broadcastShapes, float32, floatingResult, inputAt, requireFloating, resultType } from '../typeRules';
import type { TraceOnlyAttributes } from './attributes';
import type { TraceOnlyDefinition, TraceOnlyRegistry } from './traceOnlyDefinition';

type Unary = 'acos' | 'asin' | 'atan' | 'erfinv' | 'lgamma' | 'digamma';
type Matrix =
  | ('linalg_inv' | 'linalg_det' | 'linalg_cholesky' | 'linalg_solve')
  | ('linalg_svd' | 'linalg_eigh' | 'linalg_qr');

const unary = <K extends Unary>(doc: string): TraceOnlyDefinition<K> => ({
  doc,
  infer(inputs) {
    const { shape, dtype } = inputAt(inputs, 0);
    return [{ shape, dtype: floatingResult(dtype) }];
  },
  examples: [{ inputs: [float32(2, 3)], attributes: {} as TraceOnlyAttributes[K] }],
});

function matrix(
  name: string,
  input: TensorType,
): { batch: readonly number[]; rows: number; columns: number } {
  const { shape, dtype } = input;
  if (shape.length < 2) throw new ShapeError(`${name}: The input tensor A must have at least 2 dimensions.`);
  requireFloating(dtype, name);
  return { batch: shape.slice(0, -2), rows: shape.at(-2)!, columns: shape.at(-1)! };
}

function square(name: string, input: TensorType): { batch: readonly number[]; rows: number } {
  const { batch, rows, columns } = matrix(name, input);
  if (rows !== columns) {
    throw new ShapeError(
      `${name}: A must be batches of square matrices, but they are ${rows} by ${columns} matrices`,
    );
  }
  return { batch, rows };
}

export const numeric: Pick<TraceOnlyRegistry, Unary | 'atan2' | Matrix> = {
  acos: unary('arccos(x)'),
  asin: unary('arcsin(x)'),
  atan: unary('arctan(x)'),
  erfinv: unary('The inverse of the error function.'),
  lgamma: unary('The logarithm of the gamma function.'),
  digamma: unary('The derivative of the logarithm of the gamma function.'),
  atan2: {
    doc: 'The angle of the point (other, input).',
    infer(inputs) {
      const [input, other] = [inputAt(inputs, 0), inputAt(inputs, 1)];
      const dtype = floatingResult(resultType([input, other]));
      return [{ shape: broadcastShapes(input.shape, other.shape), dtype }];
    },
    examples: [{ inputs: [float32(2, 3), float32(3)], attributes: {} }],
  },
  linalg_inv: {
    doc: 'The inverse of square matrices.',
    infer(inputs) {
      square('linalg.inv', inputAt(inputs, 0));
      return [inputAt(inputs, 0)];
    },
    examples: [{ inputs: [float32(2, 3, 3)], attributes: {} }],
  },
  linalg_det: {
    doc: 'The determinant of square matrices.',
    infer(inputs) {
      const input = inputAt(inputs, 0);
      return [{ shape: square('linalg.det', input).batch, dtype: input.dtype }];
    },
    examples: [{ inputs: [float32(2, 3, 3)], attributes: {} }],
  },
  linalg_cholesky: {
    doc: 'The lower triangular matrix whose product with its transpose is the input.',
    infer(inputs) {
      square('linalg.cholesky', inputAt(inputs, 0));
      return [inputAt(inputs, 0)];
    },
    examples: [{ inputs: [float32(3, 3)], attributes: {} }],
  },
  linalg_solve: {
    doc: 'X of A·X = B.',
    infer(inputs) {
      const [a, b] = [inputAt(inputs, 0), inputAt(inputs, 1)];
      const { batch, rows } = square('linalg.solve', a);
      const isVector = b.shape.length === 1 || b.shape.length === a.shape.length - 1;
      if (isVector) return [{ shape: b.shape, dtype: b.dtype }];
      if (b.shape.at(-2) !== rows) {
        throw new ShapeError(
          `linalg.solve: Incompatible shapes of A and B for the equation AX = B (${rows}x${rows} and ${b.shape.at(-2)}x${b.shape.at(-1)})`,
        );
      }
      return [
        { shape: [...broadcastShapes(batch, b.shape.slice(0, -2)), ...b.shape.slice(-2)], dtype: b.dtype },
      ];
    },
    examples: [{ inputs: [float32(2, 3, 3), float32(2, 3, 4)], attributes: {} }],
  },
  linalg_svd: {
    doc: 'U, S and Vᴴ with input = U·diag(S)·Vᴴ.',
    infer(inputs, { full_matrices }) {
      const { dtype } = inputAt(inputs, 0);
      const { batch, rows, columns } = matrix('linalg.svd', inputAt(inputs, 0));
      const rank = Math.min(rows, columns);
      return [
        { shape: [...batch, rows, full_matrices ? rows : rank], dtype },
        { shape: [...batch, rank], dtype },
        { shape: [...batch, full_matrices ? columns : rank, columns], dtype },
      ];
    },
    examples: [{ inputs: [float32(2, 3, 4)], attributes: { full_matrices: false } }],
  },
  linalg_eigh: {
    doc: 'Eigenvalues and eigenvectors of symmetric matrices.',
    infer(inputs) {
      const input = inputAt(inputs, 0);
      const { batch, rows } = square('linalg.eigh', input);
      return [{ shape: [...batch, rows], dtype: input.dtype }, input];
    },
    examples: [{ inputs: [float32(2, 3, 3)], attributes: {} }],
  },
  linalg_qr: {
    doc: 'Q and R with input = Q·R, Q having orthonormal columns and R being upper triangular.',
    infer(inputs, { mode }) {
      const { dtype } = inputAt(inputs, 0);
      const { batch, rows, columns } = matrix('linalg.qr', inputAt(inputs, 0));
      const inner = mode === 'complete' ? rows : Math.min(rows, columns);
      return [
        { shape: [...batch, rows, inner], dtype },
        { shape: [...batch, inner, columns], dtype },
      ];
    },
    examples: [{ inputs: [float32(4, 3)], attributes: { mode: 'reduced' } }],
  },
};
