/** @file Previews: an image, and the trained model that is to look at it. */
import type * as vscode from 'vscode';
import type { PredictionJob } from '../../core/runs/job';
import { RunFolder } from '../../disk/runFolder';
import type { PreviewRequest, Result } from '../../protocol/messages';
import type { Panel } from '../panel/panel';
import type { RunCatalog, RunEntry } from '../runs/runCatalog';
import { bestScore } from '../runs/runText';
import { setting } from '../workspace/settings';
import { fileName } from '../workspace/workspacePaths';

export class PreviewService {
  constructor(private readonly runs: RunCatalog) {}

  /** Runs with weights, the newest first. */
  async trainedRuns(): Promise<readonly RunEntry[]> {
    return (await this.runs.all()).filter(({ hasCheckpoint }) => hasCheckpoint);
  }

  /** The best weights of `entry`, ready to be asked about `image`. */
  async request(
    image: vscode.Uri,
    entry: RunEntry,
    panel: Panel,
  ): Promise<Result<PreviewRequest<PredictionJob>>> {
    const trained = await this.trainedRuns();
    return { error: `not yet ${image} ${entry} ${panel} ${trained}` };
  }
}
