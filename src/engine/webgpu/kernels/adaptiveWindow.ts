/** @file Where adaptive pooling puts its windows. */

/** Window `out` of `outSize` over `inSize` positions: ⌊out·in/outSize⌋ to ⌈(out + 1)·in/outSize⌉. */
export function adaptiveWindow(
  out: number,
  inSize: number,
  outSize: number,
): { readonly start: number; readonly count: number } {
  const start = Math.floor((out * inSize) / outSize);
  return { start, count: Math.ceil(((out + 1) * inSize) / outSize) - start };
}
