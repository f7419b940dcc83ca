import { expect, test } from 'vitest';
import { fitAll, fitReadable, pan, panToShow, zoomAt } from '../../webview/diagram/viewport';

const window = { width: 800, height: 600 };
const tall = { width: 400, height: 4000 };

test('what is small is shown whole and centred, not enlarged', () => {
  expect(fitReadable({ width: 200, height: 100 }, window)).toEqual({ zoom: 1, left: 300, top: 250 });
});

test('what is tall keeps readable text and starts at its top; everything is one key away', () => {
  expect(fitReadable(tall, window)).toEqual({ zoom: 0.7, left: 260, top: 20 });
  const all = fitAll(tall, window);
  expect(all.zoom * tall.height).toBeLessThanOrEqual(window.height);
});

test('zooming keeps the point under the pointer', () => {
  const before = { left: 10, top: 20, zoom: 1 };
  const after = zoomAt(before, { x: 110, y: 220 }, 2);
  expect(after).toEqual({ zoom: 2, left: -90, top: -180 });
});

test('the diagram cannot be lost', () => {
  const far = pan({ left: 0, top: 0, zoom: 1 }, { x: 1e6, y: -1e6 }, tall, window);
  expect(far.left).toBeLessThan(window.width);
  expect(far.top + tall.height).toBeGreaterThan(0);
});

test('a block that gets the focus comes into view', () => {
  const view = panToShow({ left: 0, top: 0, zoom: 1 }, { x: 0, y: 1000, width: 100, height: 50 }, window);
  expect(view.top + 1000 + 50).toBeLessThanOrEqual(window.height);
  expect(view.left).toBe(20);
});
