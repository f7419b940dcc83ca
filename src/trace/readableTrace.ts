/** @file The trace of a file as it is, and beside it one that works, for hints while the file is half-typed. */
import type { TracedModel, TraceResult, TypeTree } from '../core/graph/tracedModel';
import type { LastGoodText } from './lastGoodText';
import type { LineMap } from './mapLines';

export interface ReadableTrace {
  /** Of the text as it is. */
  readonly result: TraceResult;
  /** Of the text likest to it that works; the same where it works itself or where nothing does. */
  readonly readable: TraceResult;
  /** The text that `readable` is of. */
  readonly text: string;
  /** From a line of that text to the line on screen; null for one that is being edited. Both count from 1. */
  readonly currentLine: LineMap;
}

/** Errors of a finished thought: the text is well-formed, PyTorch refuses it, and hints stop at the error. */
const ABOUT_SHAPES: ReadonlySet<string> = new Set([
  'shape-mismatch',
  'dtype-mismatch',
  'unsupported-op',
  'value-dependent',
]);

const sameLine: LineMap = (line) => line;

/** Follows one file from edit to edit. */
export class ReadableTracer {
  private accepted: { readonly text: string; readonly models: readonly string[] } | null = null;

  /** @param texts what worked so far, which this goes on filling */
  constructor(private readonly texts: LastGoodText) {}

  /** @param trace traces the entry with this text; questions that repeat should be free */
  async trace(text: string, trace: (text: string) => Promise<TraceResult>): Promise<ReadableTrace> {
    const result = await trace(text);
    if (this.works(text, result)) {
      this.accept(text, result);
      return { result, readable: result, text, currentLine: sameLine };
    }
    const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length > 0 && errors.every(({ code }) => ABOUT_SHAPES.has(code)))
      return { result, readable: result, text, currentLine: sameLine };
    let next: ReadableTrace | null = null;
    for (const { text: other, currentLine } of this.texts.alternatives(
      text,
      errors.map(({ line }) => line),
    )) {
      const readable = await trace(other);
      if (this.works(other, readable)) {
        this.accept(other, readable);
        return { result, readable, text: other, currentLine };
      }
      if (readable.models.length > 0) next ??= { result, readable, text: other, currentLine };
    }
    return next ?? { result, readable: result, text, currentLine: sameLine };
  }

  private accept(text: string, { models }: TraceResult): void {
    if (this.accepted?.text === text) return;
    this.texts.accept(text);
    this.accepted = { text, models: models.filter(givesTensors).map(({ model }) => model) };
  }

  /**
   * No error, and no model lost that gave tensors before: test code that fails takes its example with it, and after
   * `return self.fc` nothing is wrong yet.
   */
  private works(text: string, { candidates, models, diagnostics }: TraceResult): boolean {
    if (diagnostics.some(({ severity }) => severity === 'error')) return false;
    const lost = this.accepted?.models.some(
      (name) =>
        candidates.some((candidate) => candidate.name === name) &&
        !models.some((model) => model.model === name && givesTensors(model)),
    );
    return !(lost && this.texts.keepsAllChunks(text));
  }
}

function givesTensors({ graphs }: TracedModel): boolean {
  return graphs.some(({ output }) => holdsTensor(output));
}

function holdsTensor(tree: TypeTree): boolean {
  if (tree === null) return false;
  if ('shape' in tree) return true;
  const parts = 'tuple' in tree ? tree.tuple : 'list' in tree ? tree.list : Object.values(tree.dict);
  return parts.some(holdsTensor);
}
