import { test } from 'vitest';
import { GraphBuilder } from '../../../src/core/graph/builder';
import { registry } from '../../../src/core/ops/registry';
import { float32 } from '../../../src/core/ops/typeRules';
import { removeDeadNodes } from '../../../src/core/passes/removeDeadNodes';
import { expectGraph } from './passBench';

test('keeps what outputs and updates need, and every data input', () => {
  const builder = new GraphBuilder(registry);
  const unusedState = builder.input('state', 'unused', float32(2));
  const x = builder.input('data', 'x', float32(2));
  builder.input('data', 'unread', float32(2));
  builder.input('scalar', 'seed', float32());
  const replaced = builder.input('state', 'replaced', float32(2));
  builder.add('mul', [unusedState, replaced], {});
  const y = builder.add('exp', [x], {});
  builder.output('y', y);
  builder.update('replaced', builder.add('neg', [y], {}));
  builder.counter('steps');
  expectGraph(
    removeDeadNodes(builder.build()),
    `data x: 2
     data unread: 2
     state replaced: 2
     %0 = exp(x): 2
     %1 = neg(%0): 2
     output y = %0
     update replaced = %1
     counter steps`,
  );
});
