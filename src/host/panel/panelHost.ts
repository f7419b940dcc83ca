/** @file The host's answers to the panel's page. */
import * as vscode from 'vscode';
import type { Experiment } from '../../core/runs/experiment';
import type { PredictionJob, TrainingJob } from '../../core/runs/job';
import type { DeviceInfo } from '../../core/runs/run';
import { BulkInbox, type BulkPiece, type WireEvent } from '../../protocol/bulk';
import type { PanelCommand, PanelJob, PanelSnapshot, PreviewRequest, Result } from '../../protocol/messages';
import { commandIds } from '../commands/commandIds';
import { saveExperimentAs } from '../commands/saveExperiment';
import type { PreviewService } from '../preview/previewService';
import type { RunCatalog } from '../runs/runCatalog';
import type { UnfinishedRun } from '../runs/unfinishedRun';
import { shownActive, type TrainingService } from '../training/trainingService';
import { uriInWorkspace } from '../workspace/workspacePaths';
import type { Host, Panel } from './panel';
import type { PanelContent } from './panelContent';

export interface PanelServices {
  readonly panel: Panel;
  readonly content: PanelContent;
  readonly training: TrainingService;
  readonly previews: PreviewService;
  readonly runs: RunCatalog;
  readonly unfinished: UnfinishedRun;
  readonly log: vscode.LogOutputChannel;
}

const commandOf: Readonly<Record<PanelCommand, string>> = {
  train: commandIds.trainModel,
  preview: commandIds.previewSegmentation,
  showArchitecture: commandIds.showArchitecture,
};

export class PanelHost implements Host {
  /** Of the page that is there now; another one means that the old page's worker is gone. */
  #bootId: string | null = null;

  readonly #bulks = new BulkInbox();

  constructor(private readonly services: PanelServices) {}

  async hello({ bootId, runId }: { bootId: string; runId: string | null }): Promise<PanelSnapshot> {
    const { panel, content, training, unfinished } = this.services;
    if (this.#bootId !== null && this.#bootId !== bootId) await training.active?.interrupt();
    if (this.#bootId !== bootId) this.#bulks.clear();
    this.#bootId = bootId;
    // After a reload the page may remember which run it had, else we do; the folder knows the rest.
    const lost = runId ?? unfinished.id;
    if (!content.run && lost !== null) await this.#restore(lost);
    panel.pageIsReady();
    // The answer must leave first: it is what the page draws itself from.
    setImmediate(() => content.pageIsReady());
    return content.snapshot();
  }

  async #restore(runId: string): Promise<void> {
    const { content, training, runs } = this.services;
    const entry = await runs.find(runId);
    if (entry) content.setRun(await training.shownRun(entry));
  }

  async start(experiment: Experiment): Promise<Result<PanelJob<TrainingJob>>> {
    const { draft } = this.services.content;
    if (!draft) return { error: 'There is no model to train yet.', hint: 'Run "CNN Lab: Train Model".' };
    return this.#began(() => this.services.training.start(experiment, draft.base));
  }

  async resumeRun(runId: string): Promise<Result<PanelJob<TrainingJob>>> {
    const entry = await this.services.runs.find(runId);
    if (!entry) return { error: 'The folder of this run is gone.' };
    return this.#began(() => this.services.training.resume(entry));
  }

  /** Failures are answers here: an exception would leave the page with a sentence that helps nobody. */
  async #began(begin: () => Promise<Result<TrainingJob>>): Promise<Result<PanelJob<TrainingJob>>> {
    const { panel, content, training, log } = this.services;
    if (!vscode.workspace.isTrusted) {
      return {
        error: 'Training needs a trusted workspace.',
        hint: 'Use "Workspaces: Manage Workspace Trust".',
      };
    }
    if (training.active?.isGoingOn) {
      return { error: `${training.active.record.name} is still training.`, hint: 'Stop it first.' };
    }
    try {
      const result = await begin();
      if ('error' in result) return result;
      const job = result.ok;
      const root = vscode.Uri.file(job.dataset.root);
      if (!panel.canRead(root)) {
        return {
          error: `The panel cannot read ${root.fsPath}, which is outside of this workspace.`,
          hint: 'Run "CNN Lab: Train Model" again and choose the folder there.',
        };
      }
      const { active } = training;
      if (active) content.setRun(shownActive(active));
      panel.title = `CNN Lab: ${active?.record.name ?? 'training'}`;
      return { ok: { job, datasetUri: panel.asWebviewUri(root).replace(/\/$/, '') } };
    } catch (error) {
      log.error('A run could not be started', error instanceof Error ? error : String(error));
      return {
        error: error instanceof Error ? error.message : String(error),
        hint: 'See the output channel CNN Lab.',
      };
    }
  }

  async piece(piece: BulkPiece): Promise<void> {
    this.#bulks.add(piece);
  }

  async events(
    runId: string,
    firstNumber: number,
    events: readonly WireEvent[],
  ): Promise<{ readonly received: number }> {
    const { active } = this.services.training;
    // A page of a run that nobody keeps any more: say that all is well, so that it stops sending.
    if (active?.id !== runId) return { received: firstNumber + events.length - 1 };
    return { received: await active.receive(firstNumber, this.#bulks.open(events)) };
  }

  async reveal(file: string, line: number, column: number): Promise<void> {
    const { architecture } = this.services.content;
    if (!architecture) return;
    const uri = uriInWorkspace({ root: architecture.root, path: file });
    const editors = vscode.window.visibleTextEditors;
    const shown = editors.find(({ document }) => document.uri.toString() === uri.toString());
    const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column));
    await vscode.window.showTextDocument(uri, {
      viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
      selection: new vscode.Range(at, at),
    });
  }

  async saveExperiment(experiment: Experiment): Promise<Result<string>> {
    const { draft } = this.services.content;
    if (!draft) return { error: 'There is no experiment to save.' };
    return saveExperimentAs(experiment, draft.base);
  }

  async openRunFolder(runId: string): Promise<void> {
    const entry = await this.services.runs.find(runId);
    if (entry) await vscode.commands.executeCommand(commandIds.revealRunFolder, entry);
    else void vscode.window.showErrorMessage('The folder of this run is gone.');
  }

  async deviceFound(device: DeviceInfo | null, missing: string | null): Promise<void> {
    const { log } = this.services;
    if (device) log.info(`WebGPU: ${device.description}`);
    else log.info(`No WebGPU (${missing ?? 'no reason given'}): training runs on the processor`);
  }

  async previewWith(runId: string): Promise<Result<PreviewRequest<PredictionJob>>> {
    const { content, previews, runs } = this.services;
    const image = content.preview?.image;
    const entry = await runs.find(runId);
    if (!image || !entry) return { error: 'The run or the image is gone.' };
    const result = await previews.request(image, entry);
    if ('ok' in result) content.replacePreview({ request: result.ok, image });
    return result;
  }

  async command(name: PanelCommand): Promise<void> {
    await vscode.commands.executeCommand(commandOf[name]);
  }

  async log(level: 'info' | 'warn' | 'error', message: string): Promise<void> {
    this.services.log[level](`Panel: ${message}`);
  }
}
