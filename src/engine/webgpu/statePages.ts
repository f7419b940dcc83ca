/** @file Where states lie: those of one page share a buffer, so that one kernel can read or update them all. */
import type { StateSpec } from '../backend';
import { aligned, paddedBytes } from './sizes';

export interface StatePlace {
  /** Index of the buffer. */
  readonly page: number;
  readonly offset: number;
  readonly bytes: number;
  /** Whether others lie beside it; one that is alone may be bound whole, whatever else a kernel binds. */
  readonly shared: boolean;
}

export interface StatePages {
  readonly places: ReadonlyMap<string, StatePlace>;
  readonly pages: readonly { readonly label: string; readonly bytes: number }[];
}

/**
 * States without a `page` get a buffer each. A page that would be larger than `maxBytes` goes on in another buffer.
 */
export function layOutStates(specs: readonly StateSpec[], maxBytes: number): StatePages {
  const places = new Map<string, StatePlace>();
  const pages: { label: string; bytes: number }[] = [];
  const open = new Map<string, number>();
  for (const { name, type, page } of specs) {
    const bytes = paddedBytes(type);
    let index = page === undefined ? undefined : open.get(page);
    if (index === undefined || pages[index]!.bytes + bytes > maxBytes) {
      index = pages.push({ label: page ?? name, bytes: 0 }) - 1;
      if (page !== undefined) open.set(page, index);
    }
    const offset = pages[index]!.bytes;
    places.set(name, { page: index, offset, bytes, shared: page !== undefined });
    pages[index]!.bytes = offset + aligned(bytes);
  }
  return { places, pages };
}
