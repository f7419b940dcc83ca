/**
 * @file Keeps hints alive while a file is half-typed: top-level chunks that do not work stand in for themselves with the
 * text they had when they last did, and positions are led back to the lines on screen.
 */
import { parser } from '@lezer/python';
import { type LineMap, mapLines } from './mapLines';

export interface GoodText {
  readonly text: string;
  /** The line on screen of a line of `text` (both from 1); null where that line is being edited. */
  readonly currentLine: LineMap;
}

interface Chunk {
  readonly text: string;
  /** From 1. */
  readonly firstLine: number;
  readonly lineCount: number;
  /** `class Net`, the name that is set, or the first line: what tells it from its neighbours. */
  readonly key: string;
}

export class LastGoodText {
  private good: readonly Chunk[] = [];

  /** `text` works: its chunks may stand in for later ones that do not. */
  accept(text: string): void {
    this.good = splitChunks(text);
  }

  /** True where every chunk that was accepted is still there under its name. */
  keepsAllChunks(text: string): boolean {
    const present = new Set(splitChunks(text).map(({ key }) => key));
    return this.good.every(({ key }) => present.has(key));
  }

  /**
   * What may be traced in place of `text`, which does not work, likest first: with stand-ins for what does not parse, for
   * what stands at `faultLines` (from 1) too, and for all that has changed.
   */
  alternatives(text: string, faultLines: readonly number[] = []): GoodText[] {
    const chunks = splitChunks(text);
    const unreadable = new Set(chunks.filter((chunk) => !parses(chunk.text)));
    const accepted = new Set(this.good.map((chunk) => chunk.text));
    const holdsFault = ({ firstLine, lineCount }: Chunk): boolean =>
      faultLines.some((line) => line >= firstLine && line < firstLine + lineCount);
    const choices: ((chunk: Chunk) => boolean)[] = [
      (chunk) => unreadable.has(chunk),
      (chunk) => unreadable.has(chunk) || holdsFault(chunk),
      (chunk) => !accepted.has(chunk.text),
    ];
    const found = new Map<string, GoodText>();
    for (const isBroken of choices) {
      const good = this.replace(chunks, isBroken);
      if (good.text !== text && !found.has(good.text)) found.set(good.text, good);
    }
    return [...found.values()];
  }

  private replace(chunks: readonly Chunk[], isBroken: (chunk: Chunk) => boolean): GoodText {
    const pieces: string[] = [];
    const maps: { readonly start: number; readonly count: number; readonly map: LineMap }[] = [];
    let line = 1;
    for (const chunk of chunks) {
      const kept = isBroken(chunk) ? this.lastGood(chunk, chunks) : chunk;
      const inside = kept === chunk ? (row: number) => row : mapLines(kept.text, chunk.text);
      const offset = chunk.firstLine - 1;
      maps.push({
        start: line,
        count: kept.lineCount,
        map: (row) => {
          const mapped = inside(row);
          return mapped === null ? null : mapped + offset;
        },
      });
      pieces.push(kept.text);
      line += kept.lineCount;
    }
    return {
      text: pieces.join(''),
      currentLine: (wanted) => {
        const part = maps.find(({ start, count }) => wanted >= start && wanted < start + count);
        return part ? part.map(wanted - part.start + 1) : null;
      },
    };
  }

  /** The text of the same class, function or statement when it last worked; blank lines where there is none. */
  private lastGood(broken: Chunk, chunks: readonly Chunk[]): Chunk {
    const exact = this.good.find(({ key }) => key === broken.key);
    if (exact) return exact;
    // Its first line is being edited: it is the one good chunk that no other chunk claims, if there is one.
    const claimed = new Set(chunks.map(({ key }) => key));
    const free = this.good.filter(({ key }) => !claimed.has(key));
    if (free.length === 1) return free[0]!;
    return { ...broken, text: '\n'.repeat(broken.lineCount), key: '' };
  }
}

/** Whether the text has no syntax error that Lezer's grammar knows. */
function parses(text: string): boolean {
  let good = true;
  parser.parse(text).iterate({
    enter: ({ type }) => {
      if (type.isError) good = false;
      return good;
    },
  });
  return good;
}

const CONTINUES = /^(\s|#|\)|\]|\}|'|"|$|else\b|elif\b|except\b|finally\b)/;

/** By lines that start at the margin, which an open bracket further up cannot swallow. */
function splitChunks(text: string): Chunk[] {
  const lines = text.split(/(?<=\n)/);
  const starts: number[] = [];
  let afterDecorator = false;
  for (const [index, line] of lines.entries()) {
    if (index === 0 || (!CONTINUES.test(line) && !afterDecorator)) starts.push(index);
    if (!CONTINUES.test(line)) afterDecorator = line.startsWith('@');
  }
  return starts.map((start, position) => {
    const own = lines.slice(start, starts[position + 1] ?? lines.length);
    const head = own.find((line) => /^(class|def|async)\b/.test(line)) ?? own[0] ?? '';
    const name = /^(?:(?:async\s+)?(?:class|def)\s+\w+|\w+(?=\s*[:=]))/.exec(head);
    return {
      text: own.join(''),
      firstLine: start + 1,
      lineCount: own.length,
      key: name ? name[0] : head.trim(),
    };
  });
}
