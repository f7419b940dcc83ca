/** @file The Train form's first content: a model and a dataset brought together with good defaults. */
import type { Dataset } from '../../core/dataset/dataset';
import { defaultInput } from '../../core/dataset/defaultInput';
import type { ModelCandidate } from '../../core/graph/tracedModel';
import type { DeviceChoice, Experiment } from '../../core/runs/experiment';
import { defaultExperiment } from '../../core/runs/parseExperiment';
import type { TrainingDraft } from '../../protocol/messages';
import type { InputChoice } from '../workspace/inputChoices';
import { dataFacts, missingArguments, proposeArguments } from './proposeArguments';

export interface DraftRequest {
  /** POSIX path of the model file from the experiment's folder. */
  readonly modelFile: string;
  readonly candidate: ModelCandidate;
  readonly dataset: Dataset;
  readonly datasetSummary: string;
  /** As the experiment would write it: relative to its folder, or absolute. */
  readonly datasetPath: string;
  readonly device: DeviceChoice;
  /** What the user chose for this model in the editor. */
  readonly choice: InputChoice | null;
}

/** For a model and a dataset that no experiment file has brought together yet. */
export function makeDraft(request: DraftRequest): TrainingDraft {
  const { modelFile, candidate, dataset, datasetPath, device, choice } = request;
  const image = choice && imageOf(choice);
  const facts = dataFacts(dataset);
  const args = proposeArguments(candidate, image ? { ...facts, channels: image[0] } : facts);
  const experiment: Experiment = {
    ...defaultExperiment(`${modelFile}:${candidate.name}`, datasetPath),
    args: { ...choice?.args, ...args },
    input: image ?? defaultInput(dataset),
    task: dataset.task,
    device,
  };
  return draftOf(experiment, request);
}

/** A size that images can be read at; other inputs say nothing of a dataset's. */
function imageOf({ inputs }: InputChoice): [number, number, number] | null {
  const [input] = inputs;
  const [, channels, height, width] = input?.shape ?? [];
  if (inputs.length !== 1 || input!.shape.length !== 4 || (channels !== 1 && channels !== 3)) return null;
  return [channels, height!, width!];
}

/** The form for an experiment as it stands, from a file or from an earlier run. */
export function draftOf(
  experiment: Experiment,
  { modelFile, candidate, dataset, datasetSummary }: Omit<DraftRequest, 'datasetPath' | 'device' | 'choice'>,
): TrainingDraft {
  const { parameters, name } = candidate;
  const missing = missingArguments(parameters, experiment.args).map(
    (argument) => `${name} needs a value for ${argument}, which has no default.`,
  );
  return {
    experiment,
    modelFile,
    modelClass: name,
    datasetName: dataset.name,
    datasetSummary,
    constructorParameters: parameters.map(({ name: parameter, default: standard }) => ({
      name: parameter,
      defaultText: standard?.text ?? null,
    })),
    args: experiment.args,
    problems: [...missing, ...dataset.problems.map(({ message }) => message)],
  };
}
