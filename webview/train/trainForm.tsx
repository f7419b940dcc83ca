/** @file The Train form: short, its defaults filled in, a complaint beside the field it is about. */
import { useEffect, useState } from 'preact/hooks';
import type { DeviceChoice, LossName, OptimizerName, ScheduleName } from '../../src/core/runs/experiment';
import type { TrainingDraft } from '../../src/protocol/messages';
import { Button } from '../parts/button';
import { CheckField, SelectField, TextField } from '../parts/fields';
import { NoticeBar } from '../parts/noticeBar';
import type { Session } from '../state/session';
import { experimentFromFields, type FormFields, fieldsFromDraft } from './draftForm';

const losses: readonly { readonly value: LossName | ''; readonly label: string }[] = [
  { value: '', label: 'Automatic (by task)' },
  { value: 'cross_entropy', label: 'Cross-entropy' },
  { value: 'bce_with_logits', label: 'Binary cross-entropy' },
  { value: 'bce_dice', label: 'Binary cross-entropy + Dice' },
  { value: 'dice', label: 'Dice' },
  { value: 'jaccard', label: 'Jaccard (IoU)' },
  { value: 'tversky', label: 'Tversky' },
  { value: 'lovasz', label: 'Lovász' },
  { value: 'focal', label: 'Focal' },
  { value: 'mse', label: 'Mean squared error' },
  { value: 'l1', label: 'Mean absolute error' },
  { value: 'smooth_l1', label: 'Smooth L1' },
  { value: 'huber', label: 'Huber' },
  { value: 'bce', label: 'Binary cross-entropy (on probabilities)' },
  { value: 'nll', label: 'Negative log-likelihood (after log-softmax)' },
  { value: 'kl_div', label: 'Kullback–Leibler (after log-softmax)' },
];

/** What a list of terms is made of stands in the experiment file, so the form only keeps it. */
const combined = { value: 'combined', label: 'As in the experiment file' } as const;

const optimizers: readonly { readonly value: OptimizerName; readonly label: string }[] = [
  { value: 'adamw', label: 'AdamW' },
  { value: 'adam', label: 'Adam' },
  { value: 'sgd', label: 'SGD' },
  { value: 'nadam', label: 'NAdam' },
  { value: 'rmsprop', label: 'RMSprop' },
  { value: 'adagrad', label: 'Adagrad' },
  { value: 'lion', label: 'Lion' },
];

const schedules: readonly { readonly value: ScheduleName; readonly label: string }[] = [
  { value: 'constant', label: 'Constant' },
  { value: 'cosine', label: 'Cosine' },
  { value: 'cosine_restarts', label: 'Cosine with restarts' },
  { value: 'one_cycle', label: 'One cycle' },
  { value: 'polynomial', label: 'Polynomial' },
  { value: 'exponential', label: 'Exponential' },
  { value: 'step', label: 'Steps' },
  { value: 'plateau', label: 'On plateau' },
];

const multiStep = { value: 'multi_step', label: 'As in the experiment file' } as const;

const devices: readonly { readonly value: DeviceChoice; readonly label: string }[] = [
  { value: 'auto', label: 'Automatic' },
  { value: 'webgpu', label: 'GPU (WebGPU)' },
  { value: 'wasm', label: 'Processor (WebAssembly)' },
];

export function TrainForm({ session, draft }: { readonly session: Session; readonly draft: TrainingDraft }) {
  const [fields, setFields] = useState<FormFields>(() => fieldsFromDraft(draft));
  const [saved, setSaved] = useState<string | null>(null);
  useEffect(() => setFields(fieldsFromDraft(draft)), [draft]);
  const { experiment, errors } = experimentFromFields(draft, fields);
  const set = (change: Partial<FormFields>): void => {
    setSaved(null);
    setFields((before) => ({ ...before, ...change }));
  };
  const text = (
    name: 'input' | 'epochs' | 'batchSize' | 'lr' | 'validation' | 'seed',
    label: string,
    note?: string,
  ) => (
    <TextField
      name={name}
      label={label}
      note={note}
      value={fields[name]}
      error={errors[name]}
      onChange={(value) => set({ [name]: value })}
    />
  );
  const save = async (): Promise<void> => {
    if (!experiment) return;
    const failed = await session.saveExperiment(experiment);
    setSaved(failed ? failed.message : 'Saved.');
  };
  const notice = session.notice.value;
  return (
    <form
      class="train-form"
      onSubmit={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && experiment && (event.ctrlKey || event.metaKey))
          void session.start(experiment);
      }}
    >
      {notice && <NoticeBar severity="error" message={notice.message} hint={notice.hint} />}
      <section>
        <h2>Dataset</h2>
        <p class="summary">
          <b>{draft.datasetName}</b> <span class="muted">{draft.datasetSummary}</span>
        </p>
        {draft.problems.map((problem) => (
          <NoticeBar key={problem} severity="warning" message={problem} />
        ))}
      </section>
      <section>
        <h2>Model</h2>
        <p class="summary">
          <b>{draft.modelClass}</b> <span class="muted">{draft.modelFile}</span>
        </p>
        <div class="field-grid">
          {draft.constructorParameters.map(({ name, defaultText }) => (
            <TextField
              key={name}
              name={`args.${name}`}
              label={name}
              placeholder={defaultText ?? ''}
              value={fields.args[name] ?? ''}
              error={errors[`args.${name}`]}
              onChange={(value) => set({ args: { ...fields.args, [name]: value } })}
            />
          ))}
          {text('input', 'Input size', 'C×H×W')}
        </div>
      </section>
      <section>
        <h2>Training</h2>
        <div class="field-grid">
          {text('epochs', 'Epochs')}
          {text('batchSize', 'Batch size', 'images')}
          {text('lr', 'Learning rate')}
          <SelectField
            name="optimizer"
            label="Optimizer"
            value={fields.optimizer}
            options={optimizers}
            onChange={(optimizer) => set({ optimizer })}
          />
          <SelectField
            name="loss"
            label="Loss"
            value={fields.loss}
            options={fieldsFromDraft(draft).loss === 'combined' ? [...losses, combined] : losses}
            onChange={(loss) => set({ loss })}
          />
          <SelectField
            name="schedule"
            label="Schedule"
            value={fields.schedule}
            options={fieldsFromDraft(draft).schedule === 'multi_step' ? [...schedules, multiStep] : schedules}
            onChange={(schedule) => set({ schedule })}
          />
          <SelectField
            name="device"
            label="Device"
            value={fields.device}
            options={devices}
            onChange={(device) => set({ device })}
          />
        </div>
        <details class="more">
          <summary>More options</summary>
          <div class="field-grid">
            {text('validation', 'Held out for validation', '%')}
            {text('seed', 'Seed')}
          </div>
          <div class="checks">
            <CheckField
              label="Flip images left and right"
              checked={fields.horizontalFlip}
              onChange={(horizontalFlip) => set({ horizontalFlip })}
            />
            <CheckField
              label="Flip images up and down"
              checked={fields.verticalFlip}
              onChange={(verticalFlip) => set({ verticalFlip })}
            />
          </div>
        </details>
      </section>
      <div class="form-actions">
        <Button
          label={session.starting.value ? 'Starting…' : 'Train'}
          icon="play"
          disabled={!experiment || session.starting.value}
          onPress={() => experiment && void session.start(experiment)}
        />
        <button type="button" class="link" disabled={!experiment} onClick={() => void save()}>
          Save as experiment
        </button>
        <span class="muted" role="status">
          {saved ?? (experiment ? '' : 'Mend the marked fields first.')}
        </span>
      </div>
    </form>
  );
}
