/** @file The status bar item while a run is going on; a click brings the panel to the front. */
import * as vscode from 'vscode';
import { commandIds, contextKeys } from '../commands/commandIds';
import type { ActiveRun } from './activeRun';
import { bestScore, progressText } from './runText';

export class TrainingStatus implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('cnnLab.training', vscode.StatusBarAlignment.Left, 10);
  #context = '';

  constructor() {
    this.#item.name = 'CNN Lab Training';
    this.#item.command = commandIds.openPanel;
  }

  update(run: ActiveRun | null): void {
    const state = run?.isGoingOn ? run.record.state : 'idle';
    if (state !== this.#context) {
      this.#context = state;
      void vscode.commands.executeCommand('setContext', contextKeys.training, state);
    }
    if (!run?.isGoingOn) {
      this.#item.hide();
      return;
    }
    const { record, lastStep } = run;
    const icon = record.state === 'paused' ? '$(debug-pause)' : '$(sync~spin)';
    this.#item.text = `${icon} ${progressText(record, lastStep)}`;
    const lines = [
      `**${record.name}**`,
      record.device
        ? `${record.device.backend === 'webgpu' ? 'WebGPU' : 'WebAssembly'} · ${record.device.description}`
        : '',
      lastStep
        ? `Loss ${lastStep.loss?.toPrecision(4)} at step ${lastStep.step} of ${record.totalSteps}`
        : 'Starting',
      bestScore(record.best) ? `Best validation ${bestScore(record.best)}` : '',
    ];
    this.#item.tooltip = new vscode.MarkdownString(lines.filter(Boolean).join('\n\n'));
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}
