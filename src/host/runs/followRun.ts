/** @file What the editor shows of the run that goes on: the status bar, the Runs view, a word at its end. */
import * as vscode from 'vscode';
import type { RunState } from '../../core/runs/run';
import { commandIds } from '../commands/commandIds';
import type { Panel } from '../panel/panel';
import type { TrainingService } from '../training/trainingService';
import type { ActiveRun } from './activeRun';
import type { RunCatalog } from './runCatalog';
import { bestScore } from './runText';
import { TrainingStatus } from './trainingStatus';
import type { UnfinishedRun } from './unfinishedRun';

export function followRun(
  training: TrainingService,
  runs: RunCatalog,
  panel: Panel,
  unfinished: UnfinishedRun,
): vscode.Disposable {
  const status = new TrainingStatus();
  status.update(training.active);
  let last: { readonly id: string; readonly state: RunState } | null = null;
  const changed = (run: ActiveRun) => {
    status.update(run);
    const { state } = run.record;
    if (last?.id === run.id && last.state === state) return;
    const wasGoingOn = last?.id === run.id && (last.state === 'running' || last.state === 'paused');
    last = { id: run.id, state };
    unfinished.update(run);
    runs.refresh();
    if (wasGoingOn && !run.isGoingOn && !panel.isVisible) announceEnd(run);
  };
  return vscode.Disposable.from(
    status,
    training.onDidChange(changed),
    panel.onDidClose(() => void training.active?.interrupt()),
  );
}

const endings: Readonly<Partial<Record<RunState, string>>> = {
  completed: 'has finished',
  stopped: 'was stopped',
  failed: 'failed',
  interrupted: 'was interrupted, and can be resumed from its last checkpoint',
};

/** Only where the panel, which says the same, is not to be seen. */
function announceEnd(run: ActiveRun): void {
  const { record } = run;
  const score = bestScore(record.best);
  const text = `${record.name} ${endings[record.state] ?? record.state}. ${score ? `Best validation ${score}.` : ''}`;
  const entry = { folder: run.folder.path };
  const resume = 'Resume';
  const show = 'Show Run';
  const tell =
    record.state === 'failed'
      ? vscode.window.showErrorMessage(`${text} ${record.error ?? ''}`, show)
      : vscode.window.showInformationMessage(text.trim(), ...(run.isResumable ? [resume, show] : [show]));
  void tell.then((answer) => {
    if (answer === resume) void vscode.commands.executeCommand(commandIds.resumeRun, entry);
    if (answer === show) void vscode.commands.executeCommand(commandIds.showRun, entry);
  });
}
