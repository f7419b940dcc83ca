/** @file Shapes as the text of an inlay hint. */
import type { TypeTree } from '../core/graph/tracedModel';

export interface ShapeFormat {
  /** Whether the batch dimension is shown. */
  readonly batch?: boolean;
  /** Its size: first dimensions of another size are no batch, and are shown. Absent: it is the first of any. */
  readonly batchSize?: number | null;
  /** In characters; what does not fit becomes `…`. */
  readonly maxLength?: number;
  /** Whether equal neighbours are counted. */
  readonly counted?: boolean;
}

/** `64×161×161 → 128×80×80`; equal neighbours are shown once, as `10×10 (3 times)` where that fits. */
export function formatShapes(outputs: readonly TypeTree[], format: ShapeFormat = {}): string {
  const { maxLength = 60, counted = true } = format;
  const runs: { text: string; count: number }[] = [];
  for (const output of outputs) {
    const text = formatTree(output, format);
    const last = runs.at(-1);
    if (last?.text === text) last.count += 1;
    else runs.push({ text, count: 1 });
  }
  const whole = runs.map(({ text, count }) => (counted && count > 1 ? `${text} (${count} times)` : text));
  // More shapes say more than how often each comes.
  return fits(whole, maxLength)
    ? whole.join(ARROW)
    : cut(
        runs.map(({ text }) => text),
        maxLength,
      );
}

const ARROW = ' → ';

function fits(parts: readonly string[], maxLength: number): boolean {
  return parts.join(ARROW).length <= maxLength;
}

/** As many as there is room for; `…` stands for the others. */
function cut(parts: readonly string[], maxLength: number): string {
  if (fits(parts, maxLength)) return parts.join(ARROW);
  for (let count = parts.length - 1; count > 0; count--) {
    const begun = [...parts.slice(0, count), '…'];
    if (fits(begun, maxLength)) return begun.join(ARROW);
  }
  return `${parts[0]!.slice(0, maxLength - 1)}…`;
}

/** `1×10×10`, `(64×10×10, 1×10×10)`, `{out: 21×64×64, aux: 21×64×64}`. */
export function formatTree(tree: TypeTree, format: Pick<ShapeFormat, 'batch' | 'batchSize'> = {}): string {
  if (tree === null) return 'None';
  if ('shape' in tree) return formatShape(tree.shape, format);
  if ('dict' in tree) {
    const members = Object.entries(tree.dict).map(([key, member]) => `${key}: ${formatTree(member, format)}`);
    return `{${members.join(', ')}}`;
  }
  const [open, close, members] = 'tuple' in tree ? ['(', ')', tree.tuple] : ['[', ']', tree.list];
  return `${open}${members.map((member) => formatTree(member, format)).join(', ')}${close}`;
}

function formatShape(
  shape: readonly number[],
  { batch = false, batchSize }: Pick<ShapeFormat, 'batch' | 'batchSize'>,
): string {
  const isBatched = shape.length > 1 && (batchSize == null || shape[0] === batchSize);
  const sizes = isBatched && !batch ? shape.slice(1) : shape;
  return sizes.length === 0 ? 'scalar' : sizes.join('×');
}
