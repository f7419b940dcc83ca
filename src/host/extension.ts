/** @file The extension: makes one of each service and connects them. Nothing of the workspace runs before trust. */
import * as vscode from 'vscode';
import { TraceClient } from '../trace/traceClient';
import { panelViewType } from './commands/commandIds';
import type { CommandServices } from './commands/commandServices';
import { registerCommands } from './commands/registerCommands';
import { ModelCodeLensProvider } from './editor/codeLenses';
import { DiagnosticsPublisher } from './editor/diagnostics';
import { ShapeHintsProvider } from './editor/inlayHints';
import { LayerHoverProvider } from './editor/layerHovers';
import { ModelDocuments } from './editor/modelDocuments';
import { QuickFixProvider } from './editor/quickFixes';
import { followEditor } from './panel/followEditor';
import { mendOrphanPanels } from './panel/orphanPanels';
import { Panel } from './panel/panel';
import { PanelContent } from './panel/panelContent';
import { PanelHost } from './panel/panelHost';
import { PreviewService } from './preview/previewService';
import { followRun } from './runs/followRun';
import { RunCatalog } from './runs/runCatalog';
import { UnfinishedRun } from './runs/unfinishedRun';
import { TrainingService } from './training/trainingService';
import { ModelsView } from './views/modelsView';
import { RunsView } from './views/runsView';
import { Experiments } from './workspace/experiments';
import { InputChoices } from './workspace/inputChoices';
import { ModelFiles } from './workspace/modelFiles';
import { ModelInputs } from './workspace/modelInputs';
import { ModelReader } from './workspace/modelReader';
import { PythonSources } from './workspace/pythonSources';
import { TraceService } from './workspace/traceService';

const python: vscode.DocumentSelector = { language: 'python', scheme: 'file' };

export function activate(context: vscode.ExtensionContext): void {
  const own = <T extends vscode.Disposable>(disposable: T): T => {
    context.subscriptions.push(disposable);
    return disposable;
  };
  const { extensionUri } = context;
  const log = own(vscode.window.createOutputChannel('CNN Lab', { log: true }));
  const dist = vscode.Uri.joinPath(extensionUri, 'dist').fsPath;

  const sources = own(new PythonSources());
  const traces = own(new TraceService(() => new TraceClient(dist), sources, log));
  const choices = own(new InputChoices(context.workspaceState));
  const inputs = own(new ModelInputs(choices, own(new Experiments(log))));
  const reader = new ModelReader(traces, inputs);
  const documents = own(new ModelDocuments(reader, log));
  const models = own(new ModelFiles(sources));
  const training = own(new TrainingService(traces, log));
  const runs = own(new RunCatalog(() => (training.active?.isGoingOn ? training.active.id : null), log));
  const panel: Panel = own(new Panel(extensionUri, () => host));
  const content = new PanelContent(panel);
  const previews = new PreviewService(runs, panel);
  const unfinished = new UnfinishedRun(context.workspaceState);
  const host = new PanelHost({ panel, content, training, previews, runs, unfinished, log });
  const services: CommandServices = {
    extensionUri,
    log,
    traces,
    reader,
    models,
    documents,
    panel,
    content,
    training,
    previews,
    runs,
  };

  own(registerCommands(services));
  own(vscode.languages.registerInlayHintsProvider(python, own(new ShapeHintsProvider(documents))));
  own(vscode.languages.registerHoverProvider(python, new LayerHoverProvider(documents)));
  own(vscode.languages.registerCodeLensProvider(python, own(new ModelCodeLensProvider(documents, inputs))));
  const diagnostics = own(new DiagnosticsPublisher(documents));
  own(
    vscode.languages.registerCodeActionsProvider(
      python,
      new QuickFixProvider(documents, diagnostics),
      QuickFixProvider.metadata,
    ),
  );
  own(new ModelsView(models, reader, documents, log));
  own(new RunsView(runs));
  own(followEditor(documents, content, panel));
  own(followRun(training, runs, panel, unfinished));
  own(
    vscode.window.registerWebviewPanelSerializer(panelViewType, {
      deserializeWebviewPanel: async (restored) => panel.adopt(restored),
    }),
  );
  own(
    mendOrphanPanels(
      () => panel.isOpen,
      () => panel.reveal(true),
    ),
  );
}
