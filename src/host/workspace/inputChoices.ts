/** @file The inputs that the user chose for models, remembered in the workspace by file and class. */
import * as vscode from 'vscode';
import type { TensorType } from '../../core/graph/ir';
import type { ModelArguments } from '../../core/graph/tracedModel';
import { workspacePath } from './workspacePaths';

export interface InputChoice {
  /** Batch first. */
  readonly inputs: readonly TensorType[];
  /** Constructor arguments that were asked for, or that the dataset called for. */
  readonly args: ModelArguments;
}

/** Chosen in the editor, or brought along by the dataset that the model was last to be trained on. */
export interface RememberedInputs {
  readonly user?: InputChoice;
  readonly dataset?: InputChoice & { readonly name: string };
}

const key = 'modelInputs';

export class InputChoices implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** With the file of the model. */
  readonly onDidChange = this.#changed.event;

  constructor(private readonly memory: vscode.Memento) {}

  of(file: vscode.Uri, model: string): RememberedInputs {
    return this.#all()[nameOf(file, model)] ?? {};
  }

  async choose(file: vscode.Uri, model: string, user: InputChoice): Promise<void> {
    await this.#update(file, model, { ...this.of(file, model), user });
  }

  async trainedOn(
    file: vscode.Uri,
    model: string,
    dataset: NonNullable<RememberedInputs['dataset']>,
  ): Promise<void> {
    await this.#update(file, model, { ...this.of(file, model), dataset });
  }

  /** What the files say counts again. */
  async forget(file: vscode.Uri, model: string): Promise<void> {
    await this.#update(file, model, null);
  }

  #all(): Readonly<Record<string, RememberedInputs>> {
    return this.memory.get<Record<string, RememberedInputs>>(key) ?? {};
  }

  async #update(file: vscode.Uri, model: string, remembered: RememberedInputs | null): Promise<void> {
    const name = nameOf(file, model);
    const { [name]: before, ...others } = this.#all();
    if (JSON.stringify(before ?? null) === JSON.stringify(remembered)) return;
    await this.memory.update(key, remembered ? { ...others, [name]: remembered } : others);
    this.#changed.fire(file);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** Relative, so that a workspace that was moved keeps its choices. */
function nameOf(file: vscode.Uri, model: string): string {
  const folder = vscode.workspace.getWorkspaceFolder(file);
  return `${folder ? `${folder.name}/${workspacePath(file).path}` : file.toString()}:${model}`;
}
