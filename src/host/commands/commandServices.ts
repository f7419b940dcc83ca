/** @file What commands work with; `extension.ts` makes one of each. */
import type * as vscode from 'vscode';
import type { ModelDocuments } from '../editor/modelDocuments';
import type { Panel } from '../panel/panel';
import type { PanelContent } from '../panel/panelContent';
import type { PreviewService } from '../preview/previewService';
import type { RunCatalog } from '../runs/runCatalog';
import type { TrainingService } from '../training/trainingService';
import type { ModelFiles } from '../workspace/modelFiles';
import type { ModelReader } from '../workspace/modelReader';
import type { TraceService } from '../workspace/traceService';

export interface CommandServices {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly traces: TraceService;
  readonly reader: ModelReader;
  readonly models: ModelFiles;
  readonly documents: ModelDocuments;
  readonly panel: Panel;
  readonly content: PanelContent;
  readonly training: TrainingService;
  readonly previews: PreviewService;
  readonly runs: RunCatalog;
}
