/**
 * @file Brings the weights of all convolutions into the order in which kernels read them, in one dispatch a page at
 * the start of a run. Beyond a budget a convolution packs its own weights when its turn comes, in memory that is
 * free again afterwards: large layers have no need to save a dispatch.
 */
import { type Dispatch, perThread, read, table, u32, type WeightPack, write } from './kernels/kernel';
import type { Location } from './plan';
import { aligned } from './sizes';
import type { StatePlace } from './statePages';

const budgetBytes = 16 * 2 ** 20;

interface PackingDispatch {
  readonly dispatch: Dispatch;
  /** Of page and packed weights; the table is the dispatch's own. */
  readonly page: Location;
  readonly packed: Location;
}

export class WeightPacker {
  private readonly packs: {
    readonly pack: WeightPack;
    readonly place: StatePlace;
    readonly offset: number;
  }[] = [];
  bytes = 0;

  /** Where the packed weights will be, or null where the budget is spent. */
  add(pack: WeightPack, place: StatePlace): Location | null {
    const bytes = aligned(pack.operand.bytes);
    if (this.bytes + bytes > budgetBytes) return null;
    const offset = this.bytes;
    this.packs.push({ pack, place, offset });
    this.bytes += bytes;
    return { kind: 'packed', offset, bytes };
  }

  dispatches(): PackingDispatch[] {
    const pages = new Set(this.packs.map(({ place }) => place.page));
    return [...pages].map((page) => {
      const packs = this.packs.filter(({ place }) => place.page === page);
      // Only what this page fills: packs of another page may lie in between.
      const first = packs[0]!.offset;
      const end = Math.max(...packs.map(({ pack, offset }) => offset + aligned(pack.operand.bytes)));
      const sources = new Int32Array((end - first) / 4).fill(-1);
      for (const { pack, place, offset } of packs) {
        sources.set(
          pack.sources().map((source) => (source < 0 ? source : source + place.offset / 4)),
          (offset - first) / 4,
        );
      }
      const packed = { kind: 'packed', offset: first, bytes: end - first } as const;
      const dispatch = perThread({
        name: 'convolution (pack weights)',
        threads: sources.length,
        bindings: {
          sources: read(table(sources), 'i32'),
          weights: read({ kind: 'page', page }, 'f32'),
          result: write({ kind: 'packed', bytes: end - first }, 'f32'),
        },
        params: { count: u32(sources.length) },
        body: `  let at = sources[index];
  if (at >= 0) { result[index] = weights[at]; }`,
      });
      return { dispatch, page: { kind: 'page', page }, packed };
    });
  }
}
