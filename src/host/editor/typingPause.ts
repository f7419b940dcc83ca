/** @file How long typing has to rest before a file is traced again. */

/**
 * Shorter than the gap at which one looks up from the keys, longer than those inside a word (80 to 130 ms), so that a
 * burst costs one trace. A file that takes long is waited for longer: else each pause would start a trace that the next key
 * throws away.
 */
const SHORTEST = 150;
const LONGEST = 600;

/** @param lastTrace how long the last one took; all in milliseconds */
export function typingPause(lastTrace: number): number {
  return Math.min(LONGEST, Math.max(SHORTEST, lastTrace * 1.5));
}
