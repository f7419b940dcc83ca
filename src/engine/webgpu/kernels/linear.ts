/** @file Matrix products: one tiled kernel that reads both operands by strides, so that `linear` needs no transpose. */
import { elementCount, type ValueId } from '../../../core/graph/ir';
import { broadcastStrides, mergeAxes } from './broadcast';
import { type Dispatch, type KernelRule, perWorkgroup, read, u32, value, write } from './kernel';

/** A 32×32 tile of the result a workgroup, 4×4 an invocation, walking K in steps of 16. */
const tileSize = 32;
const depth = 16;

interface Product {
  readonly name: string;
  readonly a: ValueId;
  readonly b: ValueId;
  readonly bias: ValueId | null;
  readonly result: ValueId;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Element strides of A along m and k, of B along k and n. */
  readonly aStrides: readonly [m: number, k: number];
  readonly bStrides: readonly [k: number, n: number];
  readonly batch: {
    readonly sizes: readonly number[];
    readonly a: readonly number[];
    readonly b: readonly number[];
  };
}

export const linear: { readonly [K in 'linear' | 'matmul']: KernelRule<K> } = {
  linear: ({ inputs, outputs }, typeOf) => {
    const [input, weight, bias] = inputs;
    const [outFeatures, inFeatures] = typeOf(weight!).shape as readonly [number, number];
    const product: Product = {
      name: 'linear',
      a: input!,
      b: weight!,
      bias: bias ?? null,
      result: outputs[0]!,
      m: elementCount(typeOf(input!).shape) / inFeatures,
      n: outFeatures,
      k: inFeatures,
      aStrides: [inFeatures, 1],
      bStrides: [1, inFeatures],
      batch: { sizes: [1], a: [0], b: [0] },
    };
    return { dispatches: [multiply(product)] };
  },
  matmul: ({ inputs, outputs }, typeOf) => {
    const [a, b] = inputs as readonly [ValueId, ValueId];
    const aShape = typeOf(a).shape;
    const bShape = typeOf(b).shape;
    const outBatch = typeOf(outputs[0]!).shape.slice(0, -2);
    const m = aShape.at(-2)!;
    const k = aShape.at(-1)!;
    const n = bShape.at(-1)!;
    const batch = mergeAxes(outBatch, [batchStrides(aShape, outBatch), batchStrides(bShape, outBatch)]);
    const product: Product = {
      name: 'matmul',
      a,
      b,
      bias: null,
      result: outputs[0]!,
      m,
      n,
      k,
      aStrides: [k, 1],
      bStrides: [n, 1],
      batch: { sizes: batch.sizes, a: batch.strides[0]!, b: batch.strides[1]! },
    };
    return { dispatches: [multiply(product)] };
  },
};

function batchStrides(shape: readonly number[], outBatch: readonly number[]): number[] {
  const matrix = shape.at(-2)! * shape.at(-1)!;
  return broadcastStrides(shape.slice(0, -2), outBatch).map((stride) => stride * matrix);
}

function multiply(product: Product): Dispatch {
  const { m, n, k, batch } = product;
  const rows = Math.ceil(m / tileSize);
  const columns = Math.ceil(n / tileSize);
  const rank = batch.sizes.length;
  const batchParams = Object.fromEntries(
    batch.sizes.flatMap((size, axis) => [
      [`batchSize${axis}`, u32(size)],
      [`aBatch${axis}`, u32(batch.a[axis]!)],
      [`bBatch${axis}`, u32(batch.b[axis]!)],
    ]),
  );
  const batchWalk = Array.from({ length: rank }, (_, i) => rank - 1 - i)
    .map(
      (axis) => `  let at${axis} = rest % params.batchSize${axis};
  rest /= params.batchSize${axis};
  aBase += at${axis} * params.aBatch${axis};
  bBase += at${axis} * params.bBatch${axis};`,
    )
    .join('\n');
  // Neighbouring invocations load neighbouring addresses: along k or along m and n, whichever is dense.
  const aAlongK = product.aStrides[1] === 1;
  const bAlongK = product.bStrides[0] === 1;
  const four = [0, 1, 2, 3];
  return perWorkgroup({
    name: product.name,
    items: rows * columns * batch.sizes.reduce((total, size) => total * size, 1),
    size: 64,
    bindings: {
      a: read(value(product.a), 'f32'),
      b: read(value(product.b), 'f32'),
      ...(product.bias === null ? {} : { bias: read(value(product.bias), 'f32') }),
      result: write(value(product.result), 'f32'),
    },
    params: {
      m: u32(m),
      n: u32(n),
      k: u32(k),
      rows: u32(rows),
      columns: u32(columns),
      aRow: u32(product.aStrides[0]),
      aColumn: u32(product.aStrides[1]),
      bRow: u32(product.bStrides[0]),
      bColumn: u32(product.bStrides[1]),
      ...batchParams,
    },
    declarations: `var<workgroup> a_tile: array<vec4f, ${(tileSize * depth) / 4}>;
var<workgroup> b_tile: array<vec4f, ${(tileSize * depth) / 4}>;`,
    body: `  let column = item % params.columns * ${tileSize}u;
  let row = item / params.columns % params.rows * ${tileSize}u;
  let matrix = item / (params.columns * params.rows);
  var rest = matrix;
  var aBase = 0u;
  var bBase = 0u;
${batchWalk}
  let my_row = lane / 8u;
  let my_column = lane % 8u;
${four.map((i) => `  var sum${i} = vec4f();`).join('\n')}
  for (var start = 0u; start < params.k; start += ${depth}u) {
    for (var i = lane; i < ${tileSize * depth}u; i += 64u) {
      let a_m = ${aAlongK ? `i / ${depth}u` : `i % ${tileSize}u`};
      let a_k = ${aAlongK ? `i % ${depth}u` : `i / ${tileSize}u`};
      let b_n = ${bAlongK ? `i / ${depth}u` : `i % ${tileSize}u`};
      let b_k = ${bAlongK ? `i % ${depth}u` : `i / ${tileSize}u`};
      var a_value = 0.0;
      var b_value = 0.0;
      if (row + a_m < params.m && start + a_k < params.k) {
        a_value = a[aBase + (row + a_m) * params.aRow + (start + a_k) * params.aColumn];
      }
      if (column + b_n < params.n && start + b_k < params.k) {
        b_value = b[bBase + (start + b_k) * params.bRow + (column + b_n) * params.bColumn];
      }
      a_tile[a_k * ${tileSize / 4}u + a_m / 4u][a_m % 4u] = a_value;
      b_tile[b_k * ${tileSize / 4}u + b_n / 4u][b_n % 4u] = b_value;
    }
    workgroupBarrier();
    for (var i = 0u; i < ${depth}u; i++) {
      let a4 = a_tile[i * ${tileSize / 4}u + my_row];
      let b4 = b_tile[i * ${tileSize / 4}u + my_column];
${four.map((i) => `      sum${i} += a4[${i}] * b4;`).join('\n')}
    }
    workgroupBarrier();
  }
  let sums = array<vec4f, 4>(sum0, sum1, sum2, sum3);
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; j < 4u; j++) {
      let out_row = row + my_row * 4u + i;
      let out_column = column + my_column * 4u + j;
      if (out_row < params.m && out_column < params.n) {
        result[(matrix * params.m + out_row) * params.n + out_column] =
          sums[i][j]${product.bias === null ? '' : ' + bias[out_column]'};
      }
    }
  }`,
  });
}
