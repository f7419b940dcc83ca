/** @file Set Input Shape: what a model is called with from now on, in hints, diagram, lens and the Train form alike. */
import * as vscode from 'vscode';
import { defaultInput } from '../../core/dataset/defaultInput';
import { formatInputs, parseInputs } from '../../core/graph/inputText';
import type { TensorType } from '../../core/graph/ir';
import type { ModelArguments } from '../../core/graph/tracedModel';
import { missingArguments } from '../training/proposeArguments';
import { findDatasets } from '../workspace/datasets';
import { argumentsFor, type ModelInput } from '../workspace/modelInputs';
import { isOnlyModel } from '../workspace/modelReader';
import { requireTrust } from '../workspace/trust';
import { askForArguments } from './askForArguments';
import type { CommandServices } from './commandServices';
import { asModelTarget } from './modelTarget';
import { type InputSuggestion, pickInput } from './pickInput';
import { type PickedModel, pickModel, resolveModel } from './pickModel';

const title = 'Set Input Shape';

/** @param text the shape itself, for keybindings and tasks; else it is asked for */
export async function setInput(services: CommandServices, argument: unknown, text: unknown): Promise<void> {
  if (!(await requireTrust(title))) return;
  const { reader, models } = services;
  const target = asModelTarget(argument);
  const picked = target ? await resolveModel(target, reader.traces) : await pickModel(title, models, reader);
  if (picked) await chooseInput(picked, services, typeof text === 'string' ? text : null);
}

/** Asks, and remembers the answer. @returns whether there was one */
export async function chooseInput(
  { file, model, candidate }: PickedModel,
  { reader }: Pick<CommandServices, 'reader'>,
  text: string | null = null,
): Promise<boolean> {
  const { choices } = reader.inputs;
  const known = reader.inputs.all(file, candidate, isOnlyModel(await reader.traces.trace(file), model));
  const answer = text === null ? await pickInput(questionFor(model, known)) : typed(text);
  if (answer === null) return false;
  if (answer === 'reset') {
    await choices.forget(file, model);
    return true;
  }
  const before = choices.of(file, model).user?.args ?? {};
  const missing = missingArguments(candidate.parameters, { ...argumentsFor(candidate, answer), ...before });
  const asked: ModelArguments | null = missing.length > 0 ? await askForArguments(model, missing) : {};
  if (!asked) return false;
  await choices.choose(file, model, { inputs: answer, args: { ...before, ...asked } });
  return true;
}

function typed(text: string): readonly TensorType[] | null {
  const parsed = parseInputs(text);
  if ('inputs' in parsed) return parsed.inputs;
  void vscode.window.showErrorMessage(`${title}: ${parsed.error}`);
  return null;
}

function questionFor(model: string, known: readonly ModelInput[]) {
  const [current = null] = known;
  const next = known.find(({ origin }) => origin !== 'user' && origin !== 'dataset');
  const isOwn = current?.origin === 'user' || current?.origin === 'dataset';
  return {
    model,
    current,
    suggestions: [...known, ...usualInputs(current?.inputs)],
    later: datasetInputs(),
    reset: isOwn ? (next ? `${formatInputs(next.inputs)}, ${next.source}` : 'nothing, so far') : null,
  };
}

async function datasetInputs(): Promise<InputSuggestion[]> {
  const datasets = await findDatasets();
  return datasets.map((dataset) => ({
    inputs: [{ shape: [1, ...defaultInput(dataset)], dtype: 'float32' }],
    source: `as ${dataset.name} has them`,
  }));
}

/** Grey or colour as the input in use is; both where none is. */
function usualInputs(current: readonly TensorType[] | undefined): InputSuggestion[] {
  const shape = current?.length === 1 ? current[0]!.shape : undefined;
  if (current && shape?.length !== 4) return [];
  const channels = shape ? [shape[1]!] : [3, 1];
  return channels.flatMap((each) =>
    [224, 256, 64, 32].map((side) => ({
      inputs: [{ shape: [1, each, side, side], dtype: 'float32' as const }],
      source: each === 1 ? 'grey' : each === 3 ? 'colour' : `${each} channels`,
    })),
  );
}
