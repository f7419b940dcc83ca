/** @file From a run folder: all that continuing it needs. */
import { join } from 'node:path';
import type { TraceRequest } from '../../core/graph/tracedModel';
import type { TrainingJob } from '../../core/runs/job';
import type { TrainerPosition } from '../../core/runs/run';
import { readSafetensors } from '../../core/weights/safetensors';
import { readCheckpoint } from '../../disk/checkpointFiles';
import type { DiskError, DiskResult } from '../../disk/diskResult';
import { readNamedTexts } from '../../disk/readNamedTexts';
import { readPythonFiles } from '../../disk/readPythonFiles';

export interface ResumePoint {
  readonly resume: NonNullable<TrainingJob['resume']>;
  /** Steps that the checkpoint has behind it. */
  readonly step: number;
  /** The model as it was when the run began, whatever became of the workspace's files. */
  readonly files: TraceRequest['files'];
  readonly entry: string;
}

/** @param modelFile path of the model file as the run's record has it */
export async function readResumePoint(folder: string, modelFile: string): Promise<DiskResult<ResumePoint>> {
  const checkpoint = await readCheckpoint(folder, 'last');
  if ('error' in checkpoint) return checkpoint;
  const { weights, trainerState } = checkpoint.ok;
  if (!trainerState) return nothingToResume(folder);
  const read = readSafetensors(trainerState);
  if (!read.ok) return { error: `${folder}: ${read.problem.message}`, hint: read.problem.hint };
  const position = read.file.metadata['cnnlab.position'];
  if (position === undefined) return nothingToResume(folder);
  const { step } = JSON.parse(position) as TrainerPosition;
  const sources = await readPythonFiles(join(folder, 'model'), modelFile);
  if ('error' in sources) return sources;
  const { files, entry, root } = sources.ok;
  const texts = await readNamedTexts(root, files);
  return { ok: { resume: { weights, trainerState }, step, files: { ...texts, ...files }, entry } };
}

function nothingToResume(folder: string): DiskError {
  return {
    error: `The checkpoint in ${folder} holds weights, but not where training stood.`,
    hint: 'Start a new run with "initialWeights" set to its checkpoints/last.safetensors.',
  };
}
