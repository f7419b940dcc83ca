import { expect, test } from 'vitest';
import type { MaskEncoding } from '../../../src/core/dataset/dataset';
import { findMaskEncoding, type MaskSummary, summarizeMask } from '../../../src/core/dataset/maskEncoding';

function mask(values: readonly number[], options: Partial<MaskSummary> = {}): MaskSummary {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return { file: 'm.png', counts, colored: false, bitDepth: 8, palette: false, ...options };
}

function check(
  masks: readonly MaskSummary[],
  encoding: MaskEncoding,
  classes: string,
  problems: string[] = [],
): void {
  const found = findMaskEncoding(masks);
  expect(found.encoding).toEqual(encoding);
  expect(found.classes.join(', ')).toBe(classes);
  expect(found.problems.map((problem) => problem.code)).toEqual(problems);
}

const run = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const BINARY = 'background, foreground';

test('two values', () => {
  check([mask([0, 255]), mask([0])], { kind: 'binary', maximum: 255 }, BINARY);
  check([mask([0, 1])], { kind: 'binary', maximum: 1 }, BINARY);
  check([mask([0, 65535], { bitDepth: 16 })], { kind: 'binary', maximum: 65535 }, BINARY);
});

test('a few indexes, with and without "not labelled"', () => {
  check([mask([0, 1, 2])], { kind: 'index' }, 'background, class 1, class 2');
  check([mask([0, 3]), mask([0, 1, 255])], { kind: 'index' }, 'background, class 1, class 2, class 3', [
    'void-as-background',
  ]);
});

test('a palette’s indexes', () => {
  check(
    [mask([0, 1, 200], { palette: true })],
    { kind: 'index' },
    `background, ${run(201)
      .slice(1)
      .map((i) => `class ${i}`)
      .join(', ')}`,
  );
});

test('grey values as classes', () => {
  check(
    [mask([0, 85, 170, 255])],
    { kind: 'values', values: [0, 85, 170, 255] },
    'background, value 85, value 170, value 255',
  );
});

test('a compressed two-level mask', () => {
  const values = [...Array(500).fill(0), ...Array(500).fill(255), ...[1, 2, 3, 4, 90, 250, 252, 253, 254]];
  check([mask(values)], { kind: 'binary', maximum: 255 }, BINARY, ['grey-masks']);
});

test('numbered objects become foreground', () => {
  check([mask(run(8)), mask(run(12)), mask(run(9)), mask([0])], { kind: 'binary', maximum: 1 }, BINARY, [
    'instance-masks',
  ]);
  check([mask(run(300), { bitDepth: 16 })], { kind: 'binary', maximum: 1 }, BINARY, ['instance-masks']);
});

test('one value only is worth a warning', () => {
  check([mask([0, 0])], { kind: 'binary', maximum: 255 }, BINARY, ['uniform-masks']);
});

test('colours as classes; a photograph is refused', () => {
  const red = 0xff0000;
  const blue = 0x0000ff;
  check(
    [mask([0, red, blue], { colored: true }), mask([0])],
    { kind: 'colors', values: [0, blue, red] },
    'background, #0000ff, #ff0000',
  );
  const photo = mask(
    run(5000).map((index) => index * 7919),
    { colored: true },
  );
  expect(findMaskEncoding([photo]).problems).toMatchObject([{ severity: 'error', code: 'mask-colors' }]);
});

test('a grey mask saved as RGB counts as grey', () => {
  const data = Uint8Array.of(0, 0, 0, 255, 255, 255);
  const summary = summarizeMask('m.png', { width: 2, height: 1, channels: 3, bitDepth: 8, data });
  expect(summary).toMatchObject({
    colored: false,
    counts: new Map([
      [0, 1],
      [255, 1],
    ]),
  });
});
