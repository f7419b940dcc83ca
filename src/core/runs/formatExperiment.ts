/** @file An experiment as the text of a `.cnnlab.json` file: short forms, and only what differs from the defaults. */
import type { Experiment, Loss } from './experiment';
import { EXPERIMENT_FIELDS, type FieldTable } from './experimentFields';
import { LOSS_FIELDS, lossSettings } from './lossFields';
import { OPTIMIZER_DEFAULTS } from './optimizerFields';
import { defaultExperiment } from './parseExperiment';

/** Reads back (`parseExperiment`) as the same experiment. */
export function formatExperiment(experiment: Experiment): string {
  const defaults = defaultExperiment(experiment.model, experiment.dataset.path);
  const { dataset } = experiment;
  const written: Record<string, unknown> = {
    model: experiment.model,
    dataset: dataset.masks === null ? dataset.path : dataset,
  };
  for (const key of Object.keys(EXPERIMENT_FIELDS) as (keyof Experiment)[]) {
    if (key === 'model' || key === 'dataset') continue;
    const value = valueToWrite(key, experiment, defaults);
    if (value !== undefined) written[key] = value;
  }
  return `${JSON.stringify(written, null, 2)}\n`;
}

function valueToWrite(key: keyof Experiment, experiment: Experiment, defaults: Experiment): unknown {
  if (key === 'optimizer') return optimizerOf(experiment, defaults);
  if (key === 'loss') return experiment.loss === null ? undefined : lossOf(experiment.loss);
  return differences(key, experiment, defaults);
}

function lossOf(loss: Loss): unknown {
  if (typeof loss === 'string') return loss;
  const { terms, ...settings } = changed(LOSS_FIELDS, loss, lossSettings(loss.name)) ?? {};
  const written = loss.terms.map(({ weight, ...term }) => ({
    name: term.name,
    ...(weight === 1 ? {} : { weight }),
    ...changed(LOSS_FIELDS, { ...term, terms: [] }, lossSettings(term.name)),
  }));
  return { name: loss.name, ...settings, ...(terms === undefined ? {} : { terms: written }) };
}

function differences(key: keyof Experiment, experiment: Experiment, defaults: Experiment): unknown {
  const type = EXPERIMENT_FIELDS[key]!.type;
  if (type.kind === 'object') return changed(type.fields, experiment[key], defaults[key]);
  return same(experiment[key], defaults[key]) ? undefined : experiment[key];
}

/** Named wherever anything of it differs, since its other defaults hang on the name. */
function optimizerOf({ optimizer }: Experiment, defaults: Experiment): unknown {
  if (same(optimizer, defaults.optimizer)) return undefined;
  const type = EXPERIMENT_FIELDS.optimizer!.type;
  const settings =
    type.kind === 'object' ? changed(type.fields, optimizer, OPTIMIZER_DEFAULTS[optimizer.name]) : undefined;
  return settings === undefined ? optimizer.name : { name: optimizer.name, ...settings };
}

function changed(fields: FieldTable, value: unknown, fallback: unknown): Record<string, unknown> | undefined {
  const [given, usual] = [value, fallback] as [Record<string, unknown>, Record<string, unknown>];
  const keys = Object.keys(fields).filter((key) => !same(given[key], usual[key]));
  return keys.length === 0 ? undefined : Object.fromEntries(keys.map((key) => [key, given[key]]));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
