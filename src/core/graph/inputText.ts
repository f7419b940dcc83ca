/** @file A model's inputs as a person types them: `3×1×161×161`, or `1×3×224×224; 1×16 int64` for several. */
import type { DType, TensorType } from './ir';

const dtypes: readonly DType[] = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
];

/** Per axis: more is a slip of the finger, and would take minutes to trace. */
const LONGEST = 65_536;

export function formatInputs(inputs: readonly TensorType[]): string {
  return inputs
    .map(({ shape, dtype }) => {
      const sizes = shape.join('×') || 'scalar';
      return dtype === 'float32' ? sizes : `${sizes} ${dtype}`;
    })
    .join('; ');
}

/** Sizes with the batch first, separated by ×, x, commas or spaces; a dtype may follow; `;` separates inputs. */
export function parseInputs(text: string): { readonly inputs: TensorType[] } | { readonly error: string } {
  const inputs: TensorType[] = [];
  for (const part of text.split(';')) {
    const parsed = parseInput(part.trim());
    if ('error' in parsed) return parsed;
    inputs.push(parsed);
  }
  return { inputs };
}

function parseInput(text: string): TensorType | { readonly error: string } {
  const [, sizesText = '', word] = /^(.*?)(?:\s*\b([a-z]\w{2,}))?$/i.exec(text)!;
  const dtype = word === undefined ? 'float32' : dtypes.find((each) => each === word.toLowerCase());
  if (dtype === undefined) return { error: `${word} is no dtype. Write one of ${dtypes.join(', ')}.` };
  const sizes = sizesText
    .replace(/^[([]|[)\]]$/g, '')
    .split(/\s*[x×*,]\s*|\s+/i)
    .filter((size) => size !== '')
    .map(Number);
  if (sizes.length === 0) return { error: 'Write sizes with the batch first, as in 1×3×224×224.' };
  const wrong = sizes.find((size) => !Number.isInteger(size) || size < 1 || size > LONGEST);
  if (wrong !== undefined) return { error: `Every size must be a whole number from 1 to ${LONGEST}.` };
  if (sizes.length === 1 && dtype === 'float32')
    return { error: `One size alone is no batch of samples: write 1×${sizes[0]}, or all sizes.` };
  return { shape: sizes, dtype };
}
