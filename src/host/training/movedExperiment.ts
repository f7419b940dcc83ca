/** @file The same experiment seen from another folder: its paths follow. */
import { resolve } from 'node:path';
import type { Experiment } from '../../core/runs/experiment';
import { parseModelReference } from '../../core/runs/modelReference';
import { pathFrom } from './pathsFrom';

/** The same files, said from another folder. */
export function movedExperiment(experiment: Experiment, from: string, to: string): Experiment {
  return withPaths(experiment, (path) => pathFrom(to, resolve(from, path)));
}

/** @param base absolute folder that the experiment's paths start at */
export function absoluteExperiment<E extends Experiment>(experiment: E, base: string): E {
  return withPaths(experiment, (path) => resolve(base, path));
}

function withPaths<E extends Experiment>(experiment: E, moved: (path: string) => string): E {
  const movedOrNull = (path: string | null) => (path === null ? null : moved(path));
  const { file, name } = parseModelReference(experiment.model);
  return {
    ...experiment,
    model: name === null ? moved(file) : `${moved(file)}:${name}`,
    dataset: { path: moved(experiment.dataset.path), masks: movedOrNull(experiment.dataset.masks) },
    initialWeights: movedOrNull(experiment.initialWeights),
    output: movedOrNull(experiment.output),
  };
}
