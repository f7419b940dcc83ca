/** @file One list to choose a model's input from: what the workspace suggests, what is usual, or what the user types. */
import * as vscode from 'vscode';
import { formatInputs, parseInputs } from '../../core/graph/inputText';
import type { TensorType } from '../../core/graph/ir';

export interface InputSuggestion {
  readonly inputs: readonly TensorType[];
  /** Where it comes from. */
  readonly source: string;
}

export interface InputQuestion {
  readonly model: string;
  readonly current: InputSuggestion | null;
  readonly suggestions: readonly InputSuggestion[];
  /** Found while the list is open already. */
  readonly later: Promise<readonly InputSuggestion[]>;
  /** Offered where the user's own choice is in use: what would count without it. */
  readonly reset: string | null;
}

type Answer = readonly TensorType[] | 'reset';

interface InputItem extends vscode.QuickPickItem {
  readonly answer?: Answer;
}

/** null: dismissed. */
export function pickInput(question: InputQuestion): Promise<Answer | null> {
  const { model, current, suggestions, later, reset } = question;
  const picker = vscode.window.createQuickPick<InputItem>();
  picker.title = `Input of ${model}`;
  picker.placeholder =
    'Pick a shape, or type one with the batch first: 1×3×224×224; several: 1×3×64×64; 1×16 int64';
  picker.matchOnDescription = true;
  let found = [...suggestions];
  const refresh = () => {
    picker.items = [
      ...typedItems(picker.value),
      ...(reset === null
        ? []
        : [{ label: '$(discard) Use what the file says', description: reset, answer: 'reset' as const }]),
      ...suggestionItems(current, found),
    ];
  };
  refresh();
  picker.busy = true;
  void later
    .then((more) => {
      found = [...found, ...more];
      refresh();
    })
    .finally(() => {
      picker.busy = false;
    });
  return new Promise((resolve) => {
    picker.onDidChangeValue(refresh);
    picker.onDidAccept(() => {
      const answer = picker.selectedItems[0]?.answer;
      // A line that says what is wrong with the text is no answer.
      if (answer === undefined) return;
      resolve(answer);
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(null);
      picker.dispose();
    });
    picker.show();
  });
}

function typedItems(text: string): InputItem[] {
  if (!/\d/.test(text)) return [];
  const parsed = parseInputs(text);
  return 'error' in parsed
    ? [{ label: `$(error) ${parsed.error}`, alwaysShow: true }]
    : [{ label: `$(edit) ${formatInputs(parsed.inputs)}`, alwaysShow: true, answer: parsed.inputs }];
}

/** Each shape once, the one in use first, under the first source that names it. */
function suggestionItems(current: InputSuggestion | null, found: readonly InputSuggestion[]): InputItem[] {
  const byText = new Map<string, InputItem>();
  for (const { inputs, source } of [...(current ? [current] : []), ...found]) {
    const text = formatInputs(inputs);
    if (byText.has(text)) continue;
    const inUse = current !== null && text === formatInputs(current.inputs);
    byText.set(text, {
      label: `${inUse ? '$(check)' : '$(blank)'} ${text}`,
      description: inUse ? `in use, ${source}` : source,
      answer: inputs,
    });
  }
  return [...byText.values()];
}
