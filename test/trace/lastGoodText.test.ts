/** @file While a file is half-typed, its other parts and its former self go on giving hints. */
import { expect, test } from 'vitest';
import { LastGoodText } from '../../src/trace/lastGoodText';
import { mapLines } from '../../src/trace/mapLines';
import { fixture } from './tracing';

const SOURCE = fixture('seed_unet.py');

/** Types `typed` in place of `found`, and gives what would be traced. */
function edit(found: string, typed: string) {
  const texts = new LastGoodText();
  texts.update(SOURCE);
  const screen = SOURCE.replace(found, typed);
  return { screen: screen.split('\n'), good: texts.update(screen) };
}

test('a text that parses is traced as it is', () => {
  const { good } = edit('kernel_size=1)', 'kernel_size=3)');
  expect(good.isCurrent).toBe(true);
  expect(good.text).toContain('kernel_size=3)');
});

test.each([
  ['an attribute begun', 'x = self.bottleneck(x)', 'x = self.'],
  ['an open bracket', 'x = self.bottleneck(x)', 'x = self.bottleneck('],
  ['a line begun', 'x = self.bottleneck(x)', 'x = self.bottleneck(x)\n        y ='],
  ['an open string', 'x = self.bottleneck(x)', 'x = self["bottleneck'],
  ['a function without body', 'def test():', 'def extra(self):\n\ndef test():'],
])('%s', (_name, found, typed) => {
  const { screen, good } = edit(found, typed);
  expect(good.isCurrent).toBe(false);
  const traced = good.text.split('\n');
  expect(good.text).toContain('x = self.bottleneck(x)');
  expect(good.text).toContain('def test():');
  let mapped = 0;
  for (const [index, line] of traced.entries()) {
    const current = good.currentLine(index + 1);
    if (current === null) continue;
    expect(screen[current - 1]).toBe(line);
    mapped += 1;
  }
  expect(mapped).toBeGreaterThan(traced.length - 3);
});

test('a broken chunk that never was good becomes blank lines', () => {
  const texts = new LastGoodText();
  const good = texts.update('import torch\nclass A(\nx = 1\n');
  expect(good.text).toBe('import torch\n\nx = 1\n');
  expect([1, 2, 3].map(good.currentLine)).toEqual([1, null, 3]);
});

test('a class that is being renamed keeps its text', () => {
  const { good } = edit('class DoubleConv(nn.Module):', 'class Double(');
  expect(good.text).toContain('class DoubleConv(nn.Module):');
});

test('lines around an edit move with it', () => {
  const moved = mapLines('a\nb\nc\nd', 'a\nx\ny\nz\nc\nd');
  expect([1, 2, 3, 4].map(moved)).toEqual([1, null, 5, 6]);
});
