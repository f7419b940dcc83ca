/**
 * @file What a model is called with, and who says so. First comes what the user chose in the editor; then an
 * experiment that names the class; the dataset that the class was last to be trained on; what the file itself says: a
 * `# cnnlab: input=` comment, else its test code. Where nothing says anything, the lens asks.
 */
import * as vscode from 'vscode';
import type { TensorType } from '../../core/graph/ir';
import type { ModelArguments, ModelCandidate, TraceRequest } from '../../core/graph/tracedModel';
import { proposeArguments } from '../training/proposeArguments';
import type { Experiments, FoundExperiment } from './experiments';
import type { InputChoice, InputChoices } from './inputChoices';
import { fileName } from './workspacePaths';

export interface ModelInput {
  /** Batch first. */
  readonly inputs: readonly TensorType[];
  readonly args: ModelArguments;
  readonly origin: 'user' | 'experiment' | 'dataset' | 'test' | 'comment';
  /** Where it comes from, as the middle of a sentence: `chosen here`, `from cells.cnnlab.json`. */
  readonly source: string;
}

export class ModelInputs implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    readonly choices: InputChoices,
    private readonly experiments: Experiments,
  ) {
    this.#subscriptions = [
      choices.onDidChange(() => this.#changed.fire()),
      experiments.onDidChange(() => this.#changed.fire()),
    ];
  }

  of(file: vscode.Uri, candidate: ModelCandidate, isOnlyModel: boolean): ModelInput | null {
    return this.all(file, candidate, isOnlyModel)[0] ?? null;
  }

  /** What stands outside of the file, which tracing must be told; null where the file speaks for itself. */
  given(file: vscode.Uri, candidate: ModelCandidate, isOnlyModel: boolean): ModelInput | null {
    const input = this.of(file, candidate, isOnlyModel);
    return input && input.origin !== 'test' && input.origin !== 'comment' ? input : null;
  }

  /** Everything that says something, the one that counts first. */
  all(file: vscode.Uri, candidate: ModelCandidate, isOnlyModel: boolean): ModelInput[] {
    const { user, dataset } = this.choices.of(file, candidate.name);
    const { example } = candidate;
    return [
      ...(user ? [chosen(candidate, user, 'user', 'chosen here')] : []),
      ...this.experiments.naming(file, candidate, isOnlyModel).flatMap(fromExperiment),
      ...(dataset ? [chosen(candidate, dataset, 'dataset', `from the dataset ${dataset.name}`)] : []),
      ...(example ? [{ ...example, source: exampleSource(example.origin) }] : []),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

function exampleSource(origin: 'test' | 'comment'): string {
  return origin === 'comment' ? 'from the comment in this file' : "from this file's own test code";
}

/** The file's arguments go on, but that a parameter for channels follows the image that comes in. */
function chosen(
  candidate: ModelCandidate,
  { inputs, args }: InputChoice,
  origin: ModelInput['origin'],
  source: string,
): ModelInput {
  return { inputs, args: { ...argumentsFor(candidate, inputs), ...args }, origin, source };
}

export function argumentsFor(candidate: ModelCandidate, inputs: readonly TensorType[]): ModelArguments {
  const [image] = inputs;
  const channels = inputs.length === 1 && image?.shape.length === 4 ? image.shape[1]! : null;
  if (channels === null) return candidate.example?.args ?? {};
  return proposeArguments(candidate, { channels, outputs: null });
}

function fromExperiment({ file, experiment, input }: FoundExperiment): ModelInput[] {
  if (!input) return [];
  const ownInput = experiment.input !== null;
  const name = fileName(file);
  return [
    {
      inputs: [{ shape: [experiment.batchSize, ...input], dtype: 'float32' }],
      args: experiment.args,
      origin: ownInput ? 'experiment' : 'dataset',
      source: ownInput ? `from ${name}` : `from the dataset of ${name}`,
    },
  ];
}

/** In the mode of training, as hints for a file's own example are. */
export function targetFor(name: string, { inputs, args }: ModelInput): NonNullable<TraceRequest['target']> {
  return { name, args, runs: [{ mode: 'train', inputs }] };
}
