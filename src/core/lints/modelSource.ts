/** @file The files that a trace was of, for lints to look things up in. */
import type { SourceRange, TextEdit } from '../graph/tracedModel';
import { ignoredCodes } from './ignoringComment';
import { callParts, codeOnly, offsetsOf, rangeOf } from './pythonText';

export class ModelSource {
  private readonly code = new Map<string, string>();

  /** @param files text by path, as a TraceRequest has them */
  constructor(readonly files: Readonly<Record<string, string>>) {}

  text(file: string): string {
    return this.files[file] ?? '';
  }

  textAt(place: SourceRange): string {
    const text = this.text(place.file);
    const { start, end } = offsetsOf(text, place);
    return text.slice(start, end);
  }

  /** Whether the code of any file speaks of one of the names, comments and strings apart. */
  mentions(...names: readonly string[]): boolean {
    const pattern = new RegExp(`\\b(${names.join('|')})\\b`);
    return Object.keys(this.files).some((file) => pattern.test(this.codeOf(file)));
  }

  private codeOf(file: string): string {
    let code = this.code.get(file);
    if (code === undefined) {
      code = codeOnly(this.text(file));
      this.code.set(file, code);
    }
    return code;
  }

  /** Whether any file uses `name` otherwise than by setting `self.name`; strings count (`getattr`), comments do not. */
  usesName(name: string): boolean {
    const every = new RegExp(`\\b${name}\\b`, 'g');
    const settings = new RegExp(`\\bself\\.${name}\\s*(:[^=\\n]+)?=(?!=)`, 'g');
    let [uses, set] = [0, 0];
    for (const text of Object.values(this.files)) {
      const kept = codeOnly(text, true);
      uses += kept.match(every)?.length ?? 0;
      set += kept.match(settings)?.length ?? 0;
    }
    return set === 0 || uses > set;
  }

  /** Whether an ignoring comment for `code` stands on a line of the place. */
  ignores({ file, line, endLine }: SourceRange, code: string): boolean {
    const lines = this.text(file).split('\n');
    for (let at = line; at <= endLine; at++) {
      if (ignoredCodes(lines[at - 1] ?? '').includes(code)) return true;
    }
    return false;
  }

  call(place: SourceRange): ReturnType<typeof callParts> {
    const text = this.text(place.file);
    const { start, end } = offsetsOf(text, place);
    return callParts(text, start, end);
  }

  /** An edit of a stretch of a file, in offsets. */
  edit(file: string, start: number, end: number, text: string): TextEdit {
    return { ...rangeOf(file, this.text(file), { start, end }), text };
  }
}
