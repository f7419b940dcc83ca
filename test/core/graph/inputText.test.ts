/** @file Inputs as people type them. */
import { expect, test } from 'vitest';
import { formatInputs, parseInputs } from '../../../src/core/graph/inputText';

function check(text: string, wanted: string): void {
  const parsed = parseInputs(text);
  expect('error' in parsed ? parsed.error : formatInputs(parsed.inputs)).toBe(wanted);
}

test('sizes come in many spellings', () => {
  for (const text of [
    '1×3×224×224',
    '1x3x224x224',
    '(1, 3, 224, 224)',
    '1 3 224 224',
    ' [1,3,224,224] ',
    '1 X 3*224 × 224',
  ])
    check(text, '1×3×224×224');
});

test('several inputs, with dtypes', () => {
  check('1×3×64×64; 1×16 int64', '1×3×64×64; 1×16 int64');
  check('2x8 float16', '2×8 float16');
  check('7 int64', '7 int64');
  check('2×3 float32', '2×3');
});

test('what is wrong is said with what to do', () => {
  check('', 'Write sizes with the batch first, as in 1×3×224×224.');
  check('1×3; ', 'Write sizes with the batch first, as in 1×3×224×224.');
  check('0×3', 'Every size must be a whole number from 1 to 65536.');
  check('1×3.5', 'Every size must be a whole number from 1 to 65536.');
  check('1×99999', 'Every size must be a whole number from 1 to 65536.');
  check('224', 'One size alone is no batch of samples: write 1×224, or all sizes.');
  check(
    '1×3 float',
    'float is no dtype. Write one of float32, float64, float16, bfloat16, int64, int32, int16, int8, uint8, bool.',
  );
  check('one×3', 'Every size must be a whole number from 1 to 65536.');
});
