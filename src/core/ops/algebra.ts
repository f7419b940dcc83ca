/** @file Short names for the nodes that gradient rules, losses and optimizers are written in. */
import type { GraphBuilder } from '../graph/builder';
import { type DType, sameShape, type ValueId } from '../graph/ir';

export class Algebra {
  constructor(readonly builder: GraphBuilder) {}

  neg = (x: ValueId) => this.builder.add('neg', [x], {});
  exp = (x: ValueId) => this.builder.add('exp', [x], {});
  log = (x: ValueId) => this.builder.add('log', [x], {});
  square = (x: ValueId) => this.builder.add('square', [x], {});
  reciprocal = (x: ValueId) => this.builder.add('reciprocal', [x], {});
  sigmoid = (x: ValueId) => this.builder.add('sigmoid', [x], {});

  add = (x: ValueId, y: ValueId) => this.builder.add('add', [x, y], {});
  sub = (x: ValueId, y: ValueId) => this.builder.add('sub', [x, y], {});
  mul = (x: ValueId, y: ValueId) => this.builder.add('mul', [x, y], {});
  div = (x: ValueId, y: ValueId) => this.builder.add('div', [x, y], {});
  gt = (x: ValueId, y: ValueId) => this.builder.add('gt', [x, y], {});
  eq = (x: ValueId, y: ValueId) => this.builder.add('eq', [x, y], {});
  where = (condition: ValueId, x: ValueId, y: ValueId) => this.builder.add('where', [condition, x, y], {});

  /** k·x */
  scale = (x: ValueId, value: number) => this.builder.add('mul_scalar', [x], { value });
  /** x + k */
  shift = (x: ValueId, value: number) => this.builder.add('add_scalar', [x], { value });
  /** xᵏ */
  power = (x: ValueId, exponent: number) => this.builder.add('pow_scalar', [x], { exponent });
  gtScalar = (x: ValueId, value: number) => this.builder.add('gt_scalar', [x], { value });
  geScalar = (x: ValueId, value: number) => this.builder.add('ge_scalar', [x], { value });
  ltScalar = (x: ValueId, value: number) => this.builder.add('lt_scalar', [x], { value });
  leScalar = (x: ValueId, value: number) => this.builder.add('le_scalar', [x], { value });
  eqScalar = (x: ValueId, value: number) => this.builder.add('eq_scalar', [x], { value });

  full = (shape: readonly number[], value: number, dtype: DType = 'float32') =>
    this.builder.add('full', [], { shape, dtype, value });
  /** x where `condition`, else 0. */
  keepWhere = (condition: ValueId, x: ValueId) =>
    this.where(condition, x, this.full([], 0, this.builder.type(x).dtype));

  sum = (x: ValueId, dim: readonly number[], keepdim = false) =>
    dim.length === 0 && this.rank(x) > 0 ? x : this.builder.add('sum', [x], { dim, keepdim });
  sumAll = (x: ValueId) => this.sum(x, this.axes(x));
  meanAll = (x: ValueId) => this.builder.add('mean', [x], { dim: this.axes(x), keepdim: false });

  permute = (x: ValueId, dims: readonly number[]) => this.builder.add('permute', [x], { dims });
  matmul = (x: ValueId, y: ValueId) => this.builder.add('matmul', [x, y], {});

  reshape(x: ValueId, shape: readonly number[]): ValueId {
    return sameShape(this.shape(x), shape) ? x : this.builder.add('reshape', [x], { shape });
  }

  expand(x: ValueId, shape: readonly number[]): ValueId {
    return sameShape(this.shape(x), shape) ? x : this.builder.add('expand', [x], { shape });
  }

  cast(x: ValueId, dtype: DType): ValueId {
    return this.builder.type(x).dtype === dtype ? x : this.builder.add('to_dtype', [x], { dtype });
  }

  /** Swaps the last two axes. */
  transpose(x: ValueId): ValueId {
    const axes = this.axes(x);
    return this.permute(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
  }

  /** The gradient of broadcasting `shape` to x's shape: sums over every axis that was repeated. */
  sumTo(x: ValueId, shape: readonly number[]): ValueId {
    const from = this.shape(x);
    const extra = from.length - shape.length;
    const repeated = this.axes(x).filter(
      (axis) => axis < extra || (shape[axis - extra] === 1 && from[axis] !== 1),
    );
    return this.reshape(repeated.length === 0 ? x : this.sum(x, repeated, true), shape);
  }

  shape(x: ValueId): readonly number[] {
    return this.builder.shape(x);
  }

  rank(x: ValueId): number {
    return this.shape(x).length;
  }

  /** 0 … rank − 1 */
  axes(x: ValueId): number[] {
    return this.shape(x).map((_, axis) => axis);
  }
}
