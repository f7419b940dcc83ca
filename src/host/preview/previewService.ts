/** @file Previews: an image, and the trained model that is to look at it. */
import * as vscode from 'vscode';
import type { PredictionJob } from '../../core/runs/job';
import { readCheckpoint } from '../../disk/checkpointFiles';
import { readRunGraph } from '../../disk/readRun';
import type { PreviewRequest, Result } from '../../protocol/messages';
import type { Panel } from '../panel/panel';
import type { RunCatalog, RunEntry } from '../runs/runCatalog';
import { bestScore } from '../runs/runText';
import { fileName } from '../workspace/workspacePaths';

export class PreviewService {
  constructor(
    private readonly runs: RunCatalog,
    private readonly panel: Panel,
  ) {}

  /** Runs with weights, the newest first. */
  async trainedRuns(): Promise<readonly RunEntry[]> {
    return (await this.runs.all()).filter(({ hasCheckpoint }) => hasCheckpoint);
  }

  /** The run's best weights, else its last, ready to be asked about `image`. The panel must be open. */
  async request(image: vscode.Uri, entry: RunEntry): Promise<Result<PreviewRequest<PredictionJob>>> {
    const { folder, record } = entry;
    const graph = await readRunGraph(folder);
    if ('error' in graph) return graph;
    const best = await readCheckpoint(folder, 'best');
    const checkpoint = 'ok' in best ? best : await readCheckpoint(folder, 'last');
    if ('error' in checkpoint) return checkpoint;
    const imageBytes = this.panel.canRead(image) ? null : await readImage(image);
    if (imageBytes && 'error' in imageBytes) return imageBytes;
    const { experiment, classes } = record;
    const { device } = experiment;
    const trained = await this.trainedRuns();
    return {
      ok: {
        job: { experiment, classes, graph: graph.ok, weights: checkpoint.ok.weights, device },
        imageUri: this.panel.asWebviewUri(image),
        imageBytes,
        imageName: fileName(image),
        runName: record.name,
        runs: trained.map((each) => ({ id: each.record.id, label: runLabel(each) })),
      },
    };
  }
}

function runLabel({ record }: RunEntry): string {
  const created = new Date(record.created).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  return [record.name, bestScore(record.best), created].filter(Boolean).join(' · ');
}

async function readImage(image: vscode.Uri): Promise<Uint8Array<ArrayBuffer> | { readonly error: string }> {
  try {
    return Uint8Array.from(await vscode.workspace.fs.readFile(image));
  } catch {
    return { error: `${image.fsPath} could not be read.` };
  }
}
