/** @file The Train form's text fields and the experiment that they spell, with a complaint for each wrong one. */
import type {
  DeviceChoice,
  Experiment,
  LossName,
  OptimizerName,
  ScheduleName,
} from '../../src/core/runs/experiment';
import { optimizerSettings } from '../../src/core/runs/optimizerFields';
import { scheduleSettings } from '../../src/core/runs/scheduleFields';
import type { TrainingDraft } from '../../src/protocol/messages';
import { formatPythonLiteral, parsePythonLiteral } from './pythonLiteral';

/** What the controls hold: text as typed. '' stands for the default where a field has one. */
export interface FormFields {
  readonly args: Readonly<Record<string, string>>;
  readonly input: string;
  readonly epochs: string;
  readonly batchSize: string;
  readonly lr: string;
  /** '' : chosen by task and output. */
  readonly loss: LossName | '';
  readonly optimizer: OptimizerName;
  readonly schedule: ScheduleName;
  readonly device: DeviceChoice;
  /** Per cent held out. */
  readonly validation: string;
  readonly seed: string;
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
}

/** By field name; a constructor argument's is `args.NAME`. */
export type FormErrors = Readonly<Record<string, string>>;

export function fieldsFromDraft(draft: TrainingDraft): FormFields {
  const { experiment } = draft;
  const args = draft.constructorParameters.map(({ name }) => {
    const given = draft.args[name];
    return [name, given === undefined ? '' : formatPythonLiteral(given)] as const;
  });
  return {
    args: Object.fromEntries(args),
    input: experiment.input?.join('×') ?? '',
    epochs: String(experiment.epochs),
    batchSize: String(experiment.batchSize),
    lr: String(experiment.optimizer.lr),
    loss: lossName(experiment.loss) ?? '',
    optimizer: experiment.optimizer.name,
    schedule: experiment.schedule?.name ?? 'constant',
    device: experiment.device,
    validation: String(Math.round(experiment.split.validation * 1000) / 10),
    seed: String(experiment.seed),
    horizontalFlip: experiment.augment.horizontalFlip,
    verticalFlip: experiment.augment.verticalFlip,
  };
}

/** `experiment` is null while any field is wrong. */
export function experimentFromFields(
  draft: TrainingDraft,
  fields: FormFields,
): { readonly experiment: Experiment | null; readonly errors: FormErrors } {
  const errors: Record<string, string> = {};
  const args: Record<string, unknown> = {};
  for (const { name, defaultText } of draft.constructorParameters) {
    const text = (fields.args[name] ?? '').trim();
    if (text === '') {
      if (defaultText === null) errors[`args.${name}`] = `${draft.modelClass} needs a value for ${name}`;
      continue;
    }
    const parsed = parsePythonLiteral(text);
    if ('error' in parsed) errors[`args.${name}`] = parsed.error;
    else args[name] = parsed.ok;
  }
  const input = readInput(fields.input);
  if (input === undefined) errors.input = 'Write channels × height × width, such as 3×128×128';
  const epochs = wholeNumber(fields.epochs, 1);
  if (epochs === null) errors.epochs = 'A whole number from 1 on';
  const batchSize = wholeNumber(fields.batchSize, 1);
  if (batchSize === null) errors.batchSize = 'A whole number from 1 on';
  const seed = wholeNumber(fields.seed, 0);
  if (seed === null) errors.seed = 'A whole number from 0 on';
  const lr = Number(fields.lr);
  if (!(fields.lr.trim() !== '' && Number.isFinite(lr) && lr > 0))
    errors.lr = 'A number above 0, such as 0.001';
  const validation = Number(fields.validation);
  if (!(fields.validation.trim() !== '' && validation >= 0 && validation < 100))
    errors.validation = 'A percentage from 0 to below 100';

  if (Object.keys(errors).length > 0) return { experiment: null, errors };
  const { experiment } = draft;
  return {
    errors,
    experiment: {
      ...experiment,
      args,
      input: input ?? null,
      loss: fields.loss === lossName(experiment.loss) ? experiment.loss : fields.loss || null,
      optimizer:
        fields.optimizer === experiment.optimizer.name
          ? { ...experiment.optimizer, lr }
          : optimizerSettings({ name: fields.optimizer, lr, groups: experiment.optimizer.groups ?? [] }),
      schedule:
        fields.schedule === (experiment.schedule?.name ?? 'constant')
          ? experiment.schedule
          : scheduleSettings({ name: fields.schedule }),
      epochs: epochs!,
      batchSize: batchSize!,
      seed: seed!,
      device: fields.device,
      split: { validation: validation / 100 },
      augment: { horizontalFlip: fields.horizontalFlip, verticalFlip: fields.verticalFlip },
    },
  };
}

function lossName(loss: Experiment['loss']): LossName | null {
  return typeof loss === 'object' && loss !== null ? loss.name : loss;
}

/** null: from the dataset; undefined: not to be understood. */
function readInput(text: string): Experiment['input'] | undefined {
  if (text.trim() === '') return null;
  const sizes = text
    .split(/[x×*,\s]+/i)
    .filter((part) => part !== '')
    .map((part) => wholeNumber(part, 1));
  const [channels, height, width] = sizes;
  if (sizes.length !== 3 || !channels || !height || !width) return undefined;
  return [channels, height, width];
}

function wholeNumber(text: string, least: number): number | null {
  const value = Number(text);
  return /^\s*\d+\s*$/.test(text) && value >= least && Number.isSafeInteger(value) ? value : null;
}
