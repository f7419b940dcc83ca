/** @file Experiments as they are written: from another folder, absolute, and as the text of a file. */
import { resolve } from 'node:path';
import type { Experiment } from '../../core/runs/experiment';
import { parseModelReference } from '../../core/runs/modelReference';
import { defaultExperiment } from '../../core/runs/parseExperiment';
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

/** Indented JSON with the keys that differ from the defaults; `model` and `dataset` always. */
export function experimentText(experiment: Experiment): string {
  const { model, dataset } = experiment;
  const defaults: Record<string, unknown> = { ...defaultExperiment(model, dataset.path) };
  const said = Object.entries(experiment).filter(
    ([key, value]) => key !== 'dataset' && key !== 'model' && !sameJson(value, defaults[key]),
  );
  const written = {
    model,
    dataset: dataset.masks === null ? dataset.path : dataset,
    ...Object.fromEntries(said),
  };
  return `${JSON.stringify(written, null, 2)}\n`;
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
