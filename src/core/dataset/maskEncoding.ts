/** @file Which stored values of masks mean which class, judged by a few masks of a dataset. */
import { brightest, pixelValue } from '../image/maskToClasses';
import type { Picture } from '../image/picture';
import type { DatasetProblem, MaskEncoding } from './dataset';

/** How often each value occurs in one mask. */
export interface MaskSummary {
  readonly file: string;
  /** Grey value, or colour packed as 0xRRGGBB, → pixels. */
  readonly counts: ReadonlyMap<number, number>;
  readonly colored: boolean;
  readonly bitDepth: 8 | 16;
  readonly palette: boolean;
}

export interface FoundEncoding {
  readonly encoding: MaskEncoding;
  readonly classes: readonly string[];
  readonly problems: readonly DatasetProblem[];
}

/** What label tools write for "not labelled". */
const VOID = 255;
/** More values than this are no list of classes. */
const MOST_CLASSES = 64;

export function summarizeMask(file: string, mask: Picture): MaskSummary {
  const counts = new Map<number, number>();
  const pixels = mask.width * mask.height;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const value = pixelValue(mask, pixel);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const packed = mask.channels === 3;
  const colored = packed && [...counts.keys()].some((value) => !isGrey(value));
  return {
    file,
    counts: packed && !colored ? mapKeys(counts, (value) => value & 0xff) : counts,
    colored,
    bitDepth: packed ? 8 : mask.bitDepth,
    palette: mask.palette !== undefined,
  };
}

export function findMaskEncoding(masks: readonly MaskSummary[]): FoundEncoding {
  if (masks.some((mask) => mask.colored)) return colorEncoding(masks);
  const total = addUp(masks.map((mask) => mask.counts));
  const values = [...total.keys()].sort((a, b) => a - b);
  const maximum = values.at(-1) ?? VOID;
  if (values.length <= 1) {
    const only = `the masks looked at hold only the value ${maximum}`;
    return binary(maximum || VOID, [{ severity: 'warning', code: 'uniform-masks', message: only }]);
  }
  if (values.length === 2 && values[0] === 0) return binary(maximum, []);
  if (masks.every((mask) => mask.palette)) return indexed(values);
  const labels = values.filter((value) => value !== VOID);
  if (numbersObjects(masks, values)) {
    return binary(1, [
      warning(
        'instance-masks',
        `masks number single objects (values up to ${maximum}); they are trained as foreground against background`,
      ),
    ]);
  }
  if (labels.at(-1)! < MOST_CLASSES) return indexed(values);
  if (values.length > 8 && isTwoLevel(total, maximum)) {
    return binary(maximum, [
      warning(
        'grey-masks',
        `masks hold greys between 0 and ${maximum}; those above half are counted as foreground`,
      ),
    ]);
  }
  if (values.length <= MOST_CLASSES) return listed(values);
  return binary(maximum, [
    warning(
      'grey-masks',
      `masks hold ${values.length} values from ${values[0]} to ${maximum}; those above half are counted as foreground`,
    ),
  ]);
}

function binary(maximum: number, problems: readonly DatasetProblem[]): FoundEncoding {
  return { encoding: { kind: 'binary', maximum }, classes: ['background', 'foreground'], problems };
}

function indexed(values: readonly number[]): FoundEncoding {
  const labels = values.filter((value) => value !== VOID);
  const hasVoid = labels.length < values.length;
  return {
    encoding: { kind: 'index' },
    classes: Array.from({ length: (labels.at(-1) ?? 0) + 1 }, (_, index) =>
      index === 0 ? 'background' : `class ${index}`,
    ),
    problems: hasVoid
      ? [warning('void-as-background', 'the mask value 255 (not labelled) is counted as background')]
      : [],
  };
}

function listed(values: readonly number[]): FoundEncoding {
  const name = (value: number, index: number): string =>
    index === 0 && value === 0 ? 'background' : `value ${value}`;
  return { encoding: { kind: 'values', values }, classes: values.map(name), problems: [] };
}

/** Colours that cover less than a thousandth of all pixels are seams between regions. */
function colorEncoding(masks: readonly MaskSummary[]): FoundEncoding {
  const total = addUp(
    masks.map((mask) => (mask.colored ? mask.counts : mapKeys(mask.counts, (value) => value * 0x010101))),
  );
  const pixels = [...total.values()].reduce((sum, count) => sum + count, 0);
  const values = [...total.keys()]
    .filter((value) => total.get(value)! * 1000 >= pixels)
    .sort((a, b) => a - b);
  if (values.length <= 1 || values.length > MOST_CLASSES) {
    const maximum = Math.max(...[...total.keys()].map(brightest));
    return binary(maximum, [
      {
        severity: 'error',
        code: 'mask-colors',
        message: `masks hold ${total.size} colours, too many to be classes (at most ${MOST_CLASSES})`,
        hint: 'Save masks as PNG with one value or colour a class; check that the masks folder holds no photographs.',
      },
    ]);
  }
  const name = (value: number): string =>
    value === 0 ? 'background' : `#${value.toString(16).padStart(6, '0')}`;
  return { encoding: { kind: 'colors', values }, classes: values.map(name), problems: [] };
}

/** Nearly all pixels are close to black or to the maximum: a two-level mask that was smoothed or compressed. */
function isTwoLevel(total: ReadonlyMap<number, number>, maximum: number): boolean {
  let pixels = 0;
  let extreme = 0;
  for (const [value, count] of total) {
    pixels += count;
    if (value <= maximum / 8 || value >= (maximum * 7) / 8) extreme += count;
  }
  return extreme >= 0.95 * pixels;
}

/** Every mask counts 1, 2, 3 … without a gap, and they end at different numbers. */
function numbersObjects(masks: readonly MaskSummary[], values: readonly number[]): boolean {
  if (values[0] !== 0) return false;
  const filled = masks.filter((mask) => mask.counts.size > 1);
  const isRun = (mask: MaskSummary): boolean => Math.max(...mask.counts.keys()) === mask.counts.size - 1;
  const sizes = filled.map((mask) => mask.counts.size - 1);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / Math.max(sizes.length, 1);
  if (filled.length >= 3 && filled.every(isRun) && mean >= 5 && new Set(sizes).size >= 3) return true;
  return values.length > MOST_CLASSES && masks.some((mask) => mask.bitDepth === 16);
}

function isGrey(packed: number): boolean {
  return packed % 0x010101 === 0;
}

function addUp(parts: readonly ReadonlyMap<number, number>[]): Map<number, number> {
  const total = new Map<number, number>();
  for (const counts of parts) {
    for (const [value, count] of counts) total.set(value, (total.get(value) ?? 0) + count);
  }
  return total;
}

function mapKeys(counts: ReadonlyMap<number, number>, key: (value: number) => number): Map<number, number> {
  return new Map([...counts].map(([value, count]) => [key(value), count]));
}

function warning(code: string, message: string): DatasetProblem {
  return { severity: 'warning', code, message };
}
