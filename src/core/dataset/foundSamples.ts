/** @file What the names of a folder's files say: the step of detection that opens no file. */
import type { Task } from '../runs/experiment';
import type { DatasetProblem, Sample } from './dataset';

export interface FoundSamples {
  readonly task: Task;
  readonly samples: readonly Sample[];
  readonly validation: readonly Sample[] | null;
  /** Empty for segmentation, whose classes stand in the masks. */
  readonly classes: readonly string[];
  readonly problems: readonly DatasetProblem[];
}

/** Problems of one kind that are listed one by one; the rest is counted. */
const LISTED = 20;

/** One problem a file for the first ones, then one that counts the others. */
export function listProblems(
  files: readonly string[],
  problem: (file: string) => Omit<DatasetProblem, 'file'>,
): DatasetProblem[] {
  const listed: DatasetProblem[] = files.slice(0, LISTED).map((file) => ({ ...problem(file), file }));
  const rest = files.length - LISTED;
  if (rest > 0) {
    const { severity, code } = problem(files[LISTED]!);
    listed.push({ severity, code, message: `… and ${rest} more files like these` });
  }
  return listed;
}

export function bySamplePath(a: Sample, b: Sample): number {
  return comparePaths(a.image, b.image);
}

/** By code unit, as Python sorts, so that class indexes equal torchvision's ImageFolder. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
