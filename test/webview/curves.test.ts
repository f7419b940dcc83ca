import { expect, test } from 'vitest';
import { decimate } from '../../webview/curves/decimate';
import { smooth } from '../../webview/curves/smooth';
import {
  formatCount,
  formatDuration,
  formatMetric,
  formatMilliseconds,
  formatShare,
} from '../../webview/parts/formatNumber';

test('100,000 points become a thousand, and no spike is lost', () => {
  const count = 100_000;
  const x = Float64Array.from({ length: count }, (_, index) => index);
  const y = Float64Array.from({ length: count }, (_, index) => Math.sin(index / 5000));
  y[43_210] = 50;
  y[77_777] = -50;
  const fewer = decimate({ x, y }, 1000);
  expect(fewer.x.length).toBeLessThanOrEqual(1000);
  expect(fewer.x[0]).toBe(0);
  expect(fewer.x.at(-1)).toBe(count - 1);
  expect(fewer.y[fewer.x.indexOf(43_210)]).toBe(50);
  expect(fewer.y[fewer.x.indexOf(77_777)]).toBe(-50);
  expect([...fewer.x].sort((a, b) => a - b)).toEqual(fewer.x);
});

test('a short curve is left as it is', () => {
  expect(decimate({ x: [1, 2, 3], y: [4, 5, 6] }, 100)).toEqual({ x: [1, 2, 3], y: [4, 5, 6] });
});

test('smoothing starts at the first value and keeps a constant', () => {
  expect([...smooth([3, 3, 3, 3], 10)].map((value) => value.toFixed(9))).toEqual(
    Array(4).fill('3.000000000'),
  );
  // β = 1/2: (½·2) / ½ = 2, then (½·1 + ½·5) / ¾ = 4.
  expect([...smooth([2, 5], 2)]).toEqual([2, 4]);
});

test('a loss that is no number does not spoil the trend', () => {
  expect([...smooth([1, Number.NaN, 1], 4)]).toEqual([1, 1, 1]);
});

test('numbers carry units and three digits', () => {
  const plain = (text: string) => text.replaceAll('\u202f', ' ');
  expect([845, 37_648, 31_036_481, 999_999].map(formatCount).map(plain)).toEqual([
    '845',
    '37.6 k',
    '31.0 M',
    '1.0 M',
  ]);
  expect([4, 72, 4520, 12_000].map(formatDuration).map(plain)).toEqual([
    '0:04',
    '1:12',
    '1 h 15 min',
    '3 h 20 min',
  ]);
  expect([4.23, 310.4, 1234].map(formatMilliseconds).map(plain)).toEqual(['4.2 ms', '310 ms', '1.2 s']);
  expect([0, 0.0001, 0.1484, 1].map(formatShare).map(plain)).toEqual([
    '0.0 %',
    '< 0.1 %',
    '14.8 %',
    '100.0 %',
  ]);
  expect([0, 0.93149, 12.34, 0.00012, Number.NaN].map(formatMetric)).toEqual([
    '0.000',
    '0.931',
    '12.3',
    '1.2e-4',
    'NaN',
  ]);
});
