/** @file What a model may import: Python files, unsaved text first, and the packages of an environment. */
import * as vscode from 'vscode';
import type { PythonEnvironment } from '../../core/graph/tracedModel';
import { findPythonEnvironment } from '../../disk/pythonEnvironment';
import { readNamedTexts } from '../../disk/readNamedTexts';
import { readPythonFiles } from '../../disk/readPythonFiles';
import { ChosenInterpreter } from './chosenInterpreter';
import { importedFiles } from './importedFiles';
import { relativePath, type WorkspacePath, workspacePath } from './workspacePaths';

/** Reads each entry's files from disk once, and again when a Python file changes there. */
export class PythonSources implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** A Python file was written, made or removed on disk, or another Python was chosen. */
  readonly onDidChange = this.#changed.event;
  readonly #watcher = vscode.workspace.createFileSystemWatcher('**/*.py');
  readonly #interpreter = new ChosenInterpreter();
  readonly #onDisk = new Map<string, Promise<Readonly<Record<string, string>>>>();

  constructor() {
    const forget = () => {
      this.#onDisk.clear();
      this.#changed.fire();
    };
    this.#watcher.onDidChange(forget);
    this.#watcher.onDidCreate(forget);
    this.#watcher.onDidDelete(forget);
    this.#interpreter.onDidChange(() => this.#changed.fire());
  }

  /**
   * Texts by POSIX path from the entry's root: the entry, what it may import, and small texts that those name.
   * @param text takes the place of the entry's own
   */
  async filesFor(entry: vscode.Uri, text?: string): Promise<Readonly<Record<string, string>>> {
    const place = workspacePath(entry);
    const files: Record<string, string> = { ...(await this.#read(place)) };
    for (const document of vscode.workspace.textDocuments) {
      if (document.languageId !== 'python' || document.uri.scheme !== place.root.scheme) continue;
      const path = relativePath(place.root, document.uri);
      if (path !== null) files[path] = document.getText();
    }
    if (text !== undefined) files[place.path] = text;
    const imported = importedFiles(files, place.path);
    return { ...(await readNamedTexts(place.root.fsPath, imported)), ...imported };
  }

  /** Looked for each time, with a few questions to the file system: watching it would mean thousands of files. */
  async environmentOf(entry: vscode.Uri): Promise<PythonEnvironment | undefined> {
    const { root } = workspacePath(entry);
    const chosen = this.#interpreter.of(entry);
    const found = await findPythonEnvironment({ file: entry.fsPath, top: root.fsPath, chosen });
    return found ?? undefined;
  }

  #read(place: WorkspacePath): Promise<Readonly<Record<string, string>>> {
    const key = `${place.root.toString()}\n${place.path}`;
    const known = this.#onDisk.get(key);
    if (known) return known;
    // A file that is open but was never saved has nothing on disk yet.
    const reading = readPythonFiles(place.root.fsPath, place.path).then((read) =>
      'ok' in read ? read.ok.files : {},
    );
    this.#onDisk.set(key, reading);
    return reading;
  }

  dispose(): void {
    this.#watcher.dispose();
    this.#interpreter.dispose();
    this.#changed.dispose();
  }
}
