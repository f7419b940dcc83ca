/** @file Fewer points, same picture: of each bucket of a curve its lowest and highest point stay. */

export interface Curve {
  /** Ascending. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** At most about `most` points; first and last always stay. */
export function decimate({ x, y }: Curve, most: number): { readonly x: number[]; readonly y: number[] } {
  const count = x.length;
  if (count <= most) return { x: Array.from(x), y: Array.from(y) };
  const indexes: number[] = [0];
  const buckets = Math.max(1, Math.floor((most - 2) / 2));
  for (let bucket = 0; bucket < buckets; bucket++) {
    const first = 1 + Math.floor((bucket * (count - 2)) / buckets);
    const end = 1 + Math.floor(((bucket + 1) * (count - 2)) / buckets);
    let low = first;
    let high = first;
    for (let index = first; index < end; index++) {
      if (y[index]! < y[low]!) low = index;
      if (y[index]! > y[high]!) high = index;
    }
    if (low === high) indexes.push(low);
    else indexes.push(Math.min(low, high), Math.max(low, high));
  }
  indexes.push(count - 1);
  return { x: indexes.map((index) => x[index]!), y: indexes.map((index) => y[index]!) };
}
