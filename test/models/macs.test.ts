/** @file Multiply–accumulates equal the figures that torchvision publishes for its weights, within a hundredth. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startTracing } from '../trace/tracing';
import { macsTable, measuredGmacs, type PublishedFigure, published, reasons, TOLERANCE } from './macs';

const { client } = startTracing();
const measured: (PublishedFigure & { ours: number })[] = [];

describe.each(published.figures)('$builder on $size', (figure) => {
  test('costs what torchvision says, or the table says why not', async () => {
    const ours = await measuredGmacs(client, figure);
    measured.push({ ...figure, ours });
    const isClose = Math.abs(ours / figure.gflops - 1) <= TOLERANCE;
    expect({ figure, ours, isClose }).toEqual({ figure, ours, isClose: !(figure.builder in reasons) });
    // A figure that is small loses digits; none may differ by more than those.
    if (!isClose) expect(ours.toFixed(3)).toBe(figure.gflops.toFixed(3));
  });
});

test('the committed table is what was measured', () => {
  const committed = readFileSync(new URL('macs.md', import.meta.url), 'utf8');
  expect(macsTable(measured)).toBe(committed);
});
