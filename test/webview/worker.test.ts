import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fileUri } from '../../webview/worker/engineBridge';
import { FileRequests } from '../../webview/worker/fileRequests';
import { HeartbeatWatch } from '../../webview/worker/heartbeatWatch';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('file names may hold what means something else in a URI', () => {
  expect(fileUri('https://x/data', 'my images/50%#1?.png')).toBe(
    'https://x/data/my%20images/50%25%231%3F.png',
  );
});

test('answers find their questions in any order, and failures say why', async () => {
  const asked: [number, string][] = [];
  const files = new FileRequests((request, path) => asked.push([request, path]));
  const first = files.read('a.png');
  const second = files.read('b.png');
  files.answer(asked[1]![0], null, 'b.png could not be read: 404');
  files.answer(asked[0]![0], Uint8Array.of(7), null);
  await expect(second).rejects.toThrow('b.png could not be read: 404');
  expect(await first).toEqual(Uint8Array.of(7));
});

test('silence is noticed once, after ten minutes, and so is its end', () => {
  const heard: string[] = [];
  const watch = new HeartbeatWatch(
    () => heard.push('silent'),
    () => heard.push('back'),
  );
  const minute = 60_000;
  vi.advanceTimersByTime(9 * minute);
  watch.beat();
  vi.advanceTimersByTime(9 * minute);
  expect(heard).toEqual([]);
  vi.advanceTimersByTime(30 * minute);
  watch.beat();
  watch.beat();
  expect(heard).toEqual(['silent', 'back']);
});
