/**
 * @file Keeps hints alive while a file is half-typed: each top-level chunk that does not parse is traced with the
 * text it had when it last did, and positions are led back to the lines on screen.
 */
import { parser } from '@lezer/python';
import { type LineMap, mapLines } from './mapLines';

export interface GoodText {
  /** What to trace: parses as a whole, as far as is known. */
  readonly text: string;
  /** True where nothing had to be replaced. */
  readonly isCurrent: boolean;
  /** The line on screen of a line of `text` (both from 1); null where that line is being edited. */
  readonly currentLine: LineMap;
}

interface Chunk {
  readonly text: string;
  readonly lineCount: number;
  /** `class Net` or the chunk's first line: what tells it from its neighbours. */
  readonly key: string;
}

export class LastGoodText {
  private good: readonly Chunk[] = [];

  /** Call with every state of the file; states that parse are remembered. */
  update(text: string): GoodText {
    const chunks = splitChunks(text);
    if (parses(text)) {
      this.good = chunks;
      return { text, isCurrent: true, currentLine: (line) => line };
    }
    const pieces: string[] = [];
    const maps: { readonly start: number; readonly count: number; readonly map: LineMap }[] = [];
    let line = 1;
    let screenLine = 1;
    for (const chunk of chunks) {
      const kept = parses(chunk.text) ? chunk : this.lastGood(chunk, chunks);
      const inside = kept === chunk ? (row: number) => row : mapLines(kept.text, chunk.text);
      const offset = screenLine - 1;
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
      screenLine += chunk.lineCount;
    }
    return {
      text: pieces.join(''),
      isCurrent: false,
      currentLine: (wanted) => {
        const part = maps.find(({ start, count }) => wanted >= start && wanted < start + count);
        return part ? part.map(wanted - part.start + 1) : null;
      },
    };
  }

  /** The text of the same class, function or statement when it last parsed; blank lines where there is none. */
  private lastGood(broken: Chunk, chunks: readonly Chunk[]): Chunk {
    const exact = this.good.find(({ key }) => key === broken.key);
    if (exact) return exact;
    // Its first line is being edited: it is the one good chunk that no other chunk claims, if there is one.
    const claimed = new Set(chunks.map(({ key }) => key));
    const free = this.good.filter(({ key }) => !claimed.has(key));
    if (free.length === 1) return free[0]!;
    return { text: '\n'.repeat(broken.lineCount), lineCount: broken.lineCount, key: '' };
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
    const name = /^(?:async\s+)?(?:class|def)\s+\w+/.exec(head);
    return { text: own.join(''), lineCount: own.length, key: name ? name[0] : head.trim() };
  });
}
