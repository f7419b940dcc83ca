import { expect, it } from 'vitest';
import type { StateSpec } from '../../../src/engine/backend';
import { layOutStates } from '../../../src/engine/webgpu/statePages';

const spec = (name: string, count: number, page?: string): StateSpec => ({
  name,
  type: { shape: [count], dtype: 'float32' },
  ...(page ? { page } : {}),
});

it('lays the states of a page side by side, at offsets that may be bound, and the others alone', () => {
  const specs = [
    spec('w', 65, 'parameters'),
    spec('m', 65, 'moments'),
    spec('b', 3, 'parameters'),
    spec('x', 3),
  ];
  const { places, pages } = layOutStates(specs, 1e6);
  expect(pages).toEqual([
    { label: 'parameters', bytes: 768 },
    { label: 'moments', bytes: 512 },
    { label: 'x', bytes: 256 },
  ]);
  expect(places.get('w')).toEqual({ page: 0, offset: 0, bytes: 272, shared: true });
  expect(places.get('b')).toEqual({ page: 0, offset: 512, bytes: 16, shared: true });
  expect(places.get('x')).toEqual({ page: 2, offset: 0, bytes: 16, shared: false });
});

it('goes on in another buffer where one would be larger than the device binds', () => {
  const { places, pages } = layOutStates([spec('a', 100, 'p'), spec('b', 100, 'p')], 700);
  expect(pages).toHaveLength(2);
  expect(places.get('b')).toMatchObject({ page: 1, offset: 0 });
});
