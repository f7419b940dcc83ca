/** @file Someone deletes a line and types it again: every state that its file goes through. */

export interface TypingState {
  /** The line being typed, from 1. */
  readonly line: number;
  readonly text: string;
  /** What the keystroke wrote; '' where the line was deleted. */
  readonly typed: string;
}

/** Each of `lines` (from 1) in turn: emptied but for its indentation, which editors put there, then typed key by key. */
export function* retyping(text: string, lines: readonly number[]): Generator<TypingState> {
  const original = text.split('\n');
  for (const line of lines) {
    const whole = original[line - 1]!;
    const indentation = whole.length - whole.trimStart().length;
    for (let end = indentation; end <= whole.length; end++) {
      const typed = end === indentation ? '' : whole[end - 1]!;
      yield { line, typed, text: original.with(line - 1, whole.slice(0, end)).join('\n') };
    }
  }
}

export interface KeptHints {
  /** Of all lines that should have a hint in all states, the part that had one. */
  readonly share: number;
  /** The same without the line that was being typed. */
  readonly shareElsewhere: number;
}

/** Counts, over many states, the lines that kept a hint. */
export class HintCount {
  private present = 0;
  private wanted = 0;
  private presentElsewhere = 0;
  private wantedElsewhere = 0;

  /** @param lines that bear hints in the whole text @param shown those that do now, while `edited` is being typed */
  add(lines: readonly number[], shown: ReadonlySet<number>, edited: number): void {
    const others = lines.filter((line) => line !== edited);
    this.wanted += lines.length;
    this.present += lines.filter((line) => shown.has(line)).length;
    this.wantedElsewhere += others.length;
    this.presentElsewhere += others.filter((line) => shown.has(line)).length;
  }

  result(): KeptHints {
    return {
      share: this.present / this.wanted,
      shareElsewhere: this.presentElsewhere / this.wantedElsewhere,
    };
  }
}

/** The files that are typed: name and path below the repository. */
export const typedFiles = {
  'seed U-Net': 'test/golden/models/seed_unet.py',
  TinyVGG: 'test/golden/models/tiny_vgg.py',
  'ResNet-50': 'test/bench/typing/resnet50.py',
} as const;
