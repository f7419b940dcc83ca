/** @file What one typing simulation found, and how it is summed up. */
import type { KeptHints } from './retyping';

export interface TypingReport extends KeptHints {
  readonly file: string;
  readonly hintLines: number;
  readonly keystrokes: number;
  /** From keystroke to hints, without the pause in typing that is waited for, in milliseconds. */
  readonly p50: number;
  readonly p95: number;
}

export interface LoopReport {
  /** Longest delay of the extension host's event loop while nothing of ours ran, in milliseconds. */
  readonly idle: number;
  /** The same while typing: whatever caused it. */
  readonly typing: number;
  /** The longest stretch without a rest in which the extension's own code ran. */
  readonly ours: number;
  /** The 99th percentile of such stretches. */
  readonly ours99: number;
}

/** What the extension host says of itself. */
export interface HostReport {
  /** Milliseconds after the first Python file is asked for: its tab is there, the extension is active, its hints are there. */
  readonly firstHint: { readonly opened: number; readonly activated: number; readonly hints: number };
  readonly files: readonly TypingReport[];
  readonly loop: LoopReport;
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
