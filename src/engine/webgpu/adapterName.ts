/** @file A graphics adapter in words for people. */

/** Browsers tell vendor and architecture ("nvidia ampere"), Dawn in Node the device's own name. */
export function adapterName(info: GPUAdapterInfo): string {
  const family = [info.vendor, info.architecture].filter(Boolean).join(' ');
  const name = info.description || family || info.device || 'unnamed adapter';
  return info.isFallbackAdapter ? `${name} (software)` : name;
}
