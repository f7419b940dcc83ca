import { expect, test } from 'vitest';
import { EXPERIMENT_FIELDS } from '../../../src/core/runs/experimentFields';
import { experimentSchema } from '../../../src/core/runs/experimentSchema';

test('media/experiment.schema.json is up to date (`npx vitest run -u` writes it anew)', async () => {
  const text = `${JSON.stringify(experimentSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../../media/experiment.schema.json');
});

test('every key of an experiment is in the table', () => {
  expect(Object.keys(EXPERIMENT_FIELDS).join(' ')).toBe(
    'model args dataset input task loss optimizer schedule gradients ema epochs batchSize seed shuffle augment split initialWeights device output',
  );
});
