/** @file Shapes as the text of an inlay hint. */

export interface ShapeFormat {
  /** Whether the first dimension of tensors of rank > 1 is shown. */
  readonly batch?: boolean;
  /** In characters; what does not fit becomes `…`. */
  readonly maxLength?: number;
}

/** `64×161×161 → 128×80×80`; equal neighbours are shown once, as `10×10 (3 times)`. */
export function formatShapes(shapes: readonly (readonly number[])[], format: ShapeFormat = {}): string {
  const { batch = false, maxLength = 60 } = format;
  const runs: { text: string; count: number }[] = [];
  for (const shape of shapes) {
    const text = formatShape(shape, batch);
    const last = runs.at(-1);
    if (last?.text === text) last.count += 1;
    else runs.push({ text, count: 1 });
  }
  const parts = runs.map(({ text, count }) => (count > 1 ? `${text} (${count} times)` : text));
  let line = '';
  for (const [index, part] of parts.entries()) {
    const next = index === 0 ? part : `${line} → ${part}`;
    const room = index === parts.length - 1 ? maxLength : maxLength - 4;
    if (index > 0 && next.length > room) return `${line} → …`;
    line = next;
  }
  return line;
}

function formatShape(shape: readonly number[], batch: boolean): string {
  const sizes = batch || shape.length < 2 ? shape : shape.slice(1);
  return sizes.length === 0 ? 'scalar' : sizes.join('×');
}
