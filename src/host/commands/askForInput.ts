/** @file For a model whose file shows no input: one question, with an answer already filled in. */
import * as vscode from 'vscode';
import type { ModelArguments } from '../../core/graph/tracedModel';

/** Sizes with the batch axis first, or a sentence that says what is wrong. */
export function parseShape(text: string): readonly number[] | string {
  const sizes = text
    .trim()
    .replace(/^\(|\)$/g, '')
    .split(/\s*[x×,]\s*|\s+/i)
    .filter((part) => part !== '')
    .map(Number);
  if (sizes.length < 2) return 'Write sizes with the batch first, as in 1×3×224×224.';
  const wrong = sizes.find((size) => !Number.isInteger(size) || size < 1 || size > 65_536);
  return wrong === undefined ? sizes : 'Every size must be a whole number from 1.';
}

export async function askForInput(
  model: string,
  proposal: readonly number[],
): Promise<readonly number[] | null> {
  const text = await vscode.window.showInputBox({
    title: `Input of ${model}`,
    prompt: `The file shows no input for ${model}. A comment such as "# cnnlab: input=(1, 3, 224, 224)" above the class would answer this for good.`,
    value: proposal.join('×'),
    validateInput: (value) => {
      const shape = parseShape(value);
      return typeof shape === 'string' ? shape : null;
    },
  });
  if (text === undefined) return null;
  const shape = parseShape(text);
  return typeof shape === 'string' ? null : shape;
}

/** Values for constructor parameters that have no default; JSON as the user types it, else text. */
export async function askForArguments(
  model: string,
  missing: readonly string[],
  args: ModelArguments,
): Promise<ModelArguments | null> {
  const given: Record<string, unknown> = { ...args };
  for (const name of missing) {
    const text = await vscode.window.showInputBox({
      title: `Constructor of ${model}`,
      prompt: `${name} has no default. Its value:`,
      ignoreFocusOut: true,
    });
    if (text === undefined) return null;
    given[name] = parseValue(text);
  }
  return given;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
