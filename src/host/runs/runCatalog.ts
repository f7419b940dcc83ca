/** @file All runs of the workspace, as their folders tell. */
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RunRecord } from '../../core/runs/run';
import { interrupted, parseRunRecord } from '../../core/runs/runRecord';
import { contextKeys } from '../commands/commandIds';

export interface RunEntry {
  readonly record: RunRecord;
  /** Absolute path. */
  readonly folder: string;
  readonly hasCheckpoint: boolean;
  /** This window's panel is training it. */
  readonly isActive: boolean;
  readonly isResumable: boolean;
}

/** Also of runs that an experiment sends elsewhere with "output". */
const records = '**/run.json';
const notHere = '**/{node_modules,.git,.venv,venv,site-packages}/**';

export class RunCatalog implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #watcher = vscode.workspace.createFileSystemWatcher(records);
  #entries: Promise<readonly RunEntry[]> | null = null;
  #announcing: NodeJS.Timeout | null = null;

  /** @param activeRunId of the run that this window's panel trains */
  constructor(
    private readonly activeRunId: () => string | null,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#watcher.onDidCreate(() => this.refresh());
    this.#watcher.onDidChange(() => this.refresh());
    this.#watcher.onDidDelete(() => this.refresh());
  }

  /** A run writes its record many times a minute: one refresh is enough for a burst. */
  refresh(): void {
    this.#entries = null;
    this.#announcing ??= setTimeout(() => {
      this.#announcing = null;
      this.#changed.fire();
    }, 300);
  }

  /** The newest first. */
  all(): Promise<readonly RunEntry[]> {
    this.#entries ??= this.#read();
    return this.#entries;
  }

  async find(runId: string): Promise<RunEntry | null> {
    return (await this.all()).find(({ record }) => record.id === runId) ?? null;
  }

  async #read(): Promise<readonly RunEntry[]> {
    const files = await vscode.workspace.findFiles(records, notHere);
    const entries = await Promise.all(files.map((file) => this.#entry(file)));
    const found = entries.filter((entry) => entry !== null);
    void vscode.commands.executeCommand('setContext', contextKeys.hasRuns, found.length > 0);
    return found.sort((a, b) => (a.record.created < b.record.created ? 1 : -1));
  }

  async #entry(file: vscode.Uri): Promise<RunEntry | null> {
    try {
      const parsed = parseRunRecord(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
      if ('error' in parsed) {
        // A file of that name elsewhere is somebody else's.
        if (file.path.includes('/.cnnlab/')) this.log.warn(`${file.fsPath}: ${parsed.error}`);
        return null;
      }
      const isActive = parsed.ok.id === this.activeRunId();
      const record = isActive ? parsed.ok : interrupted(parsed.ok);
      const folder = vscode.Uri.joinPath(file, '..').fsPath;
      if (!(await exists(join(folder, 'metrics.jsonl')))) return null;
      const hasCheckpoint = await exists(join(folder, 'checkpoints', 'last.safetensors'));
      const isResumable = !isActive && hasCheckpoint && record.state !== 'completed';
      return { record, folder, hasCheckpoint, isActive, isResumable };
    } catch {
      // Deleted between being found and being read.
      return null;
    }
  }

  /** To the system's bin where it has one. */
  async delete({ folder }: Pick<RunEntry, 'folder'>): Promise<void> {
    try {
      await vscode.workspace.fs.delete(vscode.Uri.file(folder), { recursive: true, useTrash: true });
    } catch {
      await rm(folder, { recursive: true, force: true });
    }
    this.refresh();
  }

  dispose(): void {
    if (this.#announcing) clearTimeout(this.#announcing);
    this.#watcher.dispose();
    this.#changed.dispose();
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
