/** @file Ops that can only be traced: apart from the trainable vocabulary, and each with the types it gives. */
import { expect, test } from 'vitest';
import type { TensorType } from '../../../src/core/graph/ir';
import type { OptionalType } from '../../../src/core/ops/opDefinition';
import { registry } from '../../../src/core/ops/registry';
import { isTraceOnly, traceOnlyOps } from '../../../src/core/ops/traceOnly/tracedOps';

/** An entry of the table, without the pairing of op and attributes that the union loses. */
interface AnyDefinition {
  infer(inputs: readonly OptionalType[], attributes: unknown): TensorType[];
  readonly doc: string;
  readonly examples: readonly { readonly inputs: readonly OptionalType[]; readonly attributes: unknown }[];
}

const typeText = (type: OptionalType) =>
  type === null ? '-' : `${type.dtype === 'float32' ? '' : type.dtype}[${type.shape.join(',')}]`;

test('no op is both trainable and trace-only', () => {
  const both = Object.keys(traceOnlyOps).filter((op) => Object.hasOwn(registry, op));
  expect(both).toEqual([]);
  expect(isTraceOnly('conv2d')).toBe(false);
  expect(isTraceOnly('conv3d')).toBe(true);
});

test('each trace-only op gives these types', () => {
  const lines = Object.entries(traceOnlyOps).flatMap(([op, entry]) => {
    const { examples, infer, doc } = entry as AnyDefinition;
    expect(doc, op).not.toBe('');
    return examples.map(({ inputs, attributes }) => {
      const outputs = infer(inputs, attributes).map(typeText).join(' ');
      return `${op} ${inputs.map(typeText).join(' ')} → ${outputs}`;
    });
  });
  expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    conv3d [1,2,4,5,6] [3,2,3,3,3] - → [1,3,2,5,6]
    conv_transpose3d [1,2,4,5,6] [2,3,3,3,3] - → [1,3,8,5,6]
    max_pool3d [1,2,4,5,6] → [1,2,2,2,3]
    avg_pool3d [1,2,4,5,6] → [1,2,2,3,3]
    adaptive_avg_pool3d [1,2,4,5,6] → [1,2,1,2,3]
    adaptive_max_pool3d [1,2,4,5,6] → [1,2,1,2,3]
    interpolate3d [1,2,4,5,6] → [1,2,8,10,12]
    max_pool2d_with_indices [2,3,6,5] → [2,3,3,2] int64[2,3,3,2]
    max_pool3d_with_indices [1,2,4,5,6] → [1,2,2,2,3] int64[1,2,2,2,3]
    adaptive_max_pool2d_with_indices [2,3,6,5] → [2,3,3,2] int64[2,3,3,2]
    adaptive_max_pool3d_with_indices [1,2,4,5,6] → [1,2,1,2,3] int64[1,2,1,2,3]
    fractional_max_pool2d [2,3,8,9] → [2,3,5,6] int64[2,3,5,6]
    fractional_max_pool3d [1,2,8,8,9] → [1,2,4,5,6] int64[1,2,4,5,6]
    max_unpool2d [2,3,3,2] int64[2,3,3,2] → [2,3,6,5]
    max_unpool3d [1,2,2,2,3] int64[1,2,2,2,3] → [1,2,4,5,6]
    gather [3,5] int64[3,2] → [3,2]
    scatter [3,5] int64[3,2] [3,2] → [3,5]
    index_select [3,5] int64[4] → [3,4]
    index [3,5,7] - int64[2,1] int64[4] → [3,2,4]
    index [3,5,7] int64[4] - int64[4] → [4,5]
    index_put [3,5] [4] int64[4] int64[4] → [3,5]
    topk [3,5] → [3,2] int64[3,2]
    sort [3,5] → [3,5] int64[3,5]
    cummax [3,5] → [3,5] int64[3,5]
    cummin [3,5] → [3,5] int64[3,5]
    searchsorted [9] [3,5] → int64[3,5]
    grid_sample [2,3,8,8] [2,5,6,2] → [2,3,5,6]
    random  → [2,3]
    bernoulli [2,3] → [2,3]
    multinomial [2,5] → int64[2,3]
    rnn [7,2,5] - - [16,5] [16,4] [16] [16] → [7,2,4] [1,2,4] [1,2,4]
    embedding_bag int64[6] [10,3] int64[2] → [2,3]
    ctc_loss [9,2,5] int64[2,4] → [2]
    acos [2,3] → [2,3]
    asin [2,3] → [2,3]
    atan [2,3] → [2,3]
    erfinv [2,3] → [2,3]
    lgamma [2,3] → [2,3]
    digamma [2,3] → [2,3]
    atan2 [2,3] [3] → [2,3]
    linalg_inv [2,3,3] → [2,3,3]
    linalg_det [2,3,3] → [2]
    linalg_cholesky [3,3] → [3,3]
    linalg_solve [2,3,3] [2,3,4] → [2,3,4]
    linalg_svd [2,3,4] → [2,3,3] [2,3] [2,3,4]
    linalg_eigh [2,3,3] → [2,3] [2,3,3]
    linalg_qr [4,3] → [4,3] [3,3]
    "
  `);
});
