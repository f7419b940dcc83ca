/** @file Every command id and what it does. */
import * as vscode from 'vscode';
import { requireTrust } from '../workspace/trust';
import { workspacePath } from '../workspace/workspacePaths';
import { type CommandId, commandIds } from './commandIds';
import type { CommandServices } from './commandServices';
import { createSampleProject } from './createSampleProject';
import { disableLint } from './disableLint';
import { asModelTarget } from './modelTarget';
import { pickModel, resolveModel } from './pickModel';
import { previewSegmentation } from './previewSegmentation';
import { deleteRun, entryOf, pickRun, revealRunFolder } from './runCommands';
import { setInput } from './setInput';
import { traceForDiagram } from './showArchitecture';
import { openExperiment, trainModel } from './trainModel';

type Handler = (...args: unknown[]) => unknown;

export function registerCommands(services: CommandServices): vscode.Disposable {
  const { log, runs, panel, content, training, extensionUri } = services;
  const control = (action: 'pause' | 'resume' | 'stop') => () => void panel.page?.control.asEvent(action);

  const handlers: Readonly<Record<CommandId, Handler>> = {
    [commandIds.trainModel]: (argument) => trainModel(services, argument),
    [commandIds.previewSegmentation]: (image) => previewSegmentation(services, image),
    [commandIds.showArchitecture]: (argument) => showArchitecture(services, argument),
    [commandIds.setInput]: (argument, text) => setInput(services, argument, text),
    [commandIds.createSampleProject]: (parent) =>
      createSampleProject(extensionUri, parent instanceof vscode.Uri ? parent : undefined),
    [commandIds.openPanel]: () => panel.reveal(),
    [commandIds.pauseTraining]: control('pause'),
    [commandIds.resumeTraining]: control('resume'),
    [commandIds.stopTraining]: control('stop'),
    [commandIds.openExperiment]: (file) => openExperiment(services, file),
    [commandIds.showOutput]: () => log.show(),
    [commandIds.openModel]: openModel,
    [commandIds.refreshModels]: () => {
      services.traces.forget();
      services.models.refresh();
    },
    [commandIds.showRun]: async (argument) => {
      const entry = await entryOf(argument, runs);
      if (entry) content.showRun(await training.shownRun(entry));
    },
    [commandIds.resumeRun]: async (argument) => {
      if (!(await requireTrust('Resume Run'))) return;
      const resumable = (await runs.all()).filter(({ isResumable }) => isResumable);
      const entry =
        (await entryOf(argument, runs)) ??
        (await pickRun('Resume Run', resumable, 'No run of this workspace waits to be continued.'));
      if (!entry) return;
      content.showRun(await training.shownRun(entry));
      content.whenReady((page) => void page.control.asEvent('resume'));
    },
    [commandIds.previewWithRun]: async (argument) => {
      const entry = await entryOf(argument, runs);
      if (entry) await previewSegmentation(services, undefined, entry);
    },
    [commandIds.revealRunFolder]: async (argument) => {
      const entry =
        (await entryOf(argument, runs)) ??
        (await pickRun('Reveal Run Folder', await runs.all(), 'This workspace has no run yet.'));
      if (entry) await revealRunFolder(entry);
    },
    [commandIds.deleteRun]: async (argument) => {
      const entry = await entryOf(argument, runs);
      if (entry) await deleteRun(entry, runs);
    },
    [commandIds.refreshRuns]: () => runs.refresh(),
    [commandIds.disableLint]: disableLint,
  };

  const registered = Object.entries(handlers).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        return await handler(...args);
      } catch (error) {
        reportFailure(log, id, error);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

async function showArchitecture(services: CommandServices, argument: unknown): Promise<void> {
  if (!(await requireTrust('Show Architecture'))) return;
  const { traces, reader, models, content, panel } = services;
  const target = asModelTarget(argument);
  const picked = target
    ? await resolveModel(target, traces)
    : await pickModel('Show Architecture', models, reader);
  if (!picked) return;
  const result = await traceForDiagram(picked, services);
  const model = result?.models.find((each) => each.model === picked.model);
  if (!result || !model) return;
  content.showArchitecture({
    view: { model, diagnostics: result.diagnostics },
    root: workspacePath(picked.file).root,
  });
  panel.title = `CNN Lab: ${picked.model}`;
}

async function openModel(file: unknown, line: unknown, column: unknown): Promise<void> {
  if (!(file instanceof vscode.Uri)) return;
  const at = new vscode.Position(Math.max(0, Number(line) - 1), Number(column) || 0);
  await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at) });
}

/** The user asked for something and did not get it: say so, with the way to more. */
function reportFailure(log: vscode.LogOutputChannel, command: string, error: unknown): void {
  log.error(`${command} failed`, error instanceof Error ? error : String(error));
  const show = 'Show Output';
  const message = error instanceof Error ? error.message : String(error);
  void vscode.window.showErrorMessage(`CNN Lab: ${message}`, show).then((answer) => {
    if (answer === show) log.show();
  });
}
