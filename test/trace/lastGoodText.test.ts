/** @file While a file is half-typed, its other parts and its former self go on giving hints. */
import { expect, test } from 'vitest';
import { LastGoodText } from '../../src/trace/lastGoodText';
import { mapLines } from '../../src/trace/mapLines';
import { fixture } from './tracing';

const SOURCE = fixture('seed_unet.py');

/** Types `typed` in place of `found`, and gives what would be traced instead. */
function edit(found: string, typed: string, faultLines?: number[]) {
  const texts = new LastGoodText();
  texts.accept(SOURCE);
  const screen = SOURCE.replace(found, typed);
  return { screen: screen.split('\n'), goods: texts.alternatives(screen, faultLines) };
}

test('of a text that parses, only what was edited is put back', () => {
  const { goods } = edit('kernel_size=1)', 'kernel_size=one)');
  expect(goods.map(({ text }) => text)).toEqual([SOURCE]);
});

test('two faults: the chunk that holds the one known is put back first, then all that changed', () => {
  const texts = new LastGoodText();
  texts.accept('A = 1\nB = 2\n');
  const goods = texts.alternatives('A = a\nB = 3\n', [1]);
  expect(goods.map(({ text }) => text)).toEqual(['A = 1\nB = 3\n', 'A = 1\nB = 2\n']);
});

test.each([
  ['an attribute begun', 'x = self.bottleneck(x)', 'x = self.'],
  ['an open bracket', 'x = self.bottleneck(x)', 'x = self.bottleneck('],
  ['a line begun', 'x = self.bottleneck(x)', 'x = self.bottleneck(x)\n        y ='],
  ['an open string', 'x = self.bottleneck(x)', 'x = self["bottleneck'],
  ['a function without body', 'def test():', 'def extra(self):\n\ndef test():'],
])('%s', (_name, found, typed) => {
  const { screen, goods } = edit(found, typed);
  const good = goods[0]!;
  const traced = good.text.split('\n');
  expect(good.text).toContain('x = self.bottleneck(x)');
  expect(good.text).toContain('def test():');
  let mapped = 0;
  for (const [index, line] of traced.entries()) {
    const current = good.currentLine(index + 1);
    if (current === null) continue;
    // The line that is being typed stands for itself.
    expect(line.startsWith(screen[current - 1]!)).toBe(true);
    mapped += 1;
  }
  expect(mapped).toBeGreaterThan(traced.length - 3);
});

test('a broken chunk that never was good becomes blank lines', () => {
  const texts = new LastGoodText();
  const good = texts.alternatives('import torch\nclass A(\nx = 1\n')[0]!;
  expect(good.text).toBe('import torch\n\nx = 1\n');
  expect([1, 2, 3].map(good.currentLine)).toEqual([1, null, 3]);
});

test('a class that is being renamed keeps its text', () => {
  const { goods } = edit('class DoubleConv(nn.Module):', 'class Double(');
  expect(goods[0]!.text).toContain('class DoubleConv(nn.Module):');
});

test('lines around an edit move with it', () => {
  const moved = mapLines('a\nb\nc\nd', 'a\nx\ny\nz\nc\nd');
  expect([1, 2, 3, 4].map(moved)).toEqual([1, null, 5, 6]);
});

test('a line keeps its place while it is typed, or typed again', () => {
  const place = (now: string) => mapLines('a\n  x = f(x)\nb', now)(2);
  expect(place('a\n  x = f\nb')).toBe(2);
  expect(place('a\n  x = f(x).relu()\nb')).toBe(2);
  expect(place('a\n  \nb')).toBeNull();
  expect(place('a\n  y = g(x)\nb')).toBeNull();
});
