/** @file The workspace's experiment files, and what they say of a model's input. Read ahead: asking waits for nothing. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { defaultInput } from '../../core/dataset/defaultInput';
import type { ModelCandidate } from '../../core/graph/tracedModel';
import type { Experiment } from '../../core/runs/experiment';
import { parseModelReference } from '../../core/runs/modelReference';
import { parseExperiment } from '../../core/runs/parseExperiment';
import { scanDataset } from '../../disk/scanDataset';
import { resolveFrom } from '../training/pathsFrom';
import { excludedFolders, fileName } from './workspacePaths';

export interface FoundExperiment {
  readonly file: vscode.Uri;
  readonly experiment: Experiment;
  /** Channels × height × width: as the experiment says, else as its dataset has them; null while that is being read, or cannot. */
  readonly input: readonly [number, number, number] | null;
}

const pattern = '**/*.cnnlab.json';
const mostFiles = 100;

export class Experiments implements vscode.Disposable {
  #found: readonly FoundExperiment[] = [];
  #reading = 0;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly log: vscode.LogOutputChannel) {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const read = () => void this.#read();
    this.#subscriptions = [
      watcher,
      watcher.onDidCreate(read),
      watcher.onDidChange(read),
      watcher.onDidDelete(read),
    ];
    read();
  }

  /** Those that name this model, by path. */
  naming(file: vscode.Uri, { name }: Pick<ModelCandidate, 'name'>, isOnlyModel: boolean): FoundExperiment[] {
    return this.#found.filter(({ file: own, experiment }) => {
      const reference = parseModelReference(experiment.model);
      const path = resolveFrom(dirname(own.fsPath), reference.file);
      if (vscode.Uri.file(path).fsPath !== file.fsPath) return false;
      return reference.name === name || (reference.name === null && isOnlyModel);
    });
  }

  async #read(): Promise<void> {
    const reading = ++this.#reading;
    try {
      const files = await vscode.workspace.findFiles(pattern, excludedFolders, mostFiles);
      const texts = await Promise.all(files.map((file) => vscode.workspace.fs.readFile(file)));
      const parsed = files.flatMap((file, index): FoundExperiment[] => {
        const text = new TextDecoder().decode(texts[index]);
        const { experiment } = parseExperiment(text, fileName(file));
        return experiment ? [{ file, experiment, input: experiment.input }] : [];
      });
      this.#publish(reading, parsed);
      if (parsed.some(({ input }) => input === null))
        this.#publish(reading, await Promise.all(parsed.map(withDatasetsInput)));
    } catch (error) {
      // A file that went away between finding and reading: the watcher tells of it next.
      this.log.debug(`Reading experiments: ${String(error)}`);
    }
  }

  #publish(reading: number, found: readonly FoundExperiment[]): void {
    if (reading !== this.#reading) return;
    const sorted = [...found].sort((a, b) => (a.file.path < b.file.path ? -1 : 1));
    if (JSON.stringify(sorted) === JSON.stringify(this.#found)) return;
    this.#found = sorted;
    this.#changed.fire();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

async function withDatasetsInput(found: FoundExperiment): Promise<FoundExperiment> {
  if (found.input) return found;
  const { dataset, task } = found.experiment;
  const scanned = await scanDataset(dataset, { base: dirname(found.file.fsPath), task });
  return scanned.samples.length > 0 ? { ...found, input: defaultInput(scanned) } : found;
}
