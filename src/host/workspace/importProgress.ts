/** @file Says in the status bar that packages are being imported: the first trace with them takes seconds. */
import * as vscode from 'vscode';

export class ImportProgress {
  #done: (() => void) | null = null;

  /** @param names modules that are imported now; null when they are */
  readonly show = (names: readonly string[] | null): void => {
    this.#done?.();
    this.#done = null;
    if (!names) return;
    const packages = [...new Set(names.map((name) => name.split('.', 1)[0]))].join(', ');
    const options = { location: vscode.ProgressLocation.Window, title: 'CNN Lab' };
    void vscode.window.withProgress(options, (progress) => {
      progress.report({ message: `importing ${packages}` });
      return new Promise<void>((done) => {
        this.#done = done;
      });
    });
  };
}
