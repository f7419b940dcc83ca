/**
 * @file Which run this window was training, for a window that is loaded anew or an extension host that starts again.
 * VS Code saves what a page keeps only now and then, so that a run of some seconds would be forgotten there.
 */
import type * as vscode from 'vscode';
import type { ActiveRun } from './activeRun';

const key = 'unfinishedRun';

export class UnfinishedRun {
  constructor(private readonly memory: vscode.Memento) {}

  /** Of a run that began here and has not ended, as far as anyone could tell. */
  get id(): string | null {
    return this.memory.get<string>(key) ?? null;
  }

  /** Notes that a run goes on, or forgets it once it is over. */
  update({ id, isGoingOn }: ActiveRun): void {
    const noted = isGoingOn ? id : undefined;
    if (this.memory.get<string>(key) !== noted) void this.memory.update(key, noted);
  }
}
