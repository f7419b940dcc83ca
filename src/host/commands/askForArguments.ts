/** @file Values for constructor parameters that have no default. */
import * as vscode from 'vscode';
import type { ModelArguments } from '../../core/graph/tracedModel';

/** One box a parameter; JSON as the user types it, else text. @returns null once the user gives up */
export async function askForArguments(
  model: string,
  missing: readonly string[],
): Promise<ModelArguments | null> {
  const given: Record<string, unknown> = {};
  for (const [index, name] of missing.entries()) {
    const step = missing.length > 1 ? ` (${index + 1} of ${missing.length})` : '';
    const text = await vscode.window.showInputBox({
      title: `Constructor of ${model}${step}`,
      prompt: `${name} has no default. A number, a list such as [64, 128], true or false; anything else is text.`,
      placeHolder: name,
      ignoreFocusOut: true,
    });
    if (text === undefined) return null;
    given[name] = parseValue(text);
  }
  return given;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(
      text.replace(/^\((.*)\)$/, '[$1]').replace(/^(True|False)$/, (word) => word.toLowerCase()),
    );
  } catch {
    return text === 'None' ? null : text;
  }
}
