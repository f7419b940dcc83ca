import { describe, expect, test } from 'vitest';
import type { Experiment, LossSettings } from '../../../src/core/runs/experiment';
import { lossSettings } from '../../../src/core/runs/lossFields';
import { optimizerSettings } from '../../../src/core/runs/optimizerFields';
import { defaultExperiment, parseExperiment } from '../../../src/core/runs/parseExperiment';
import { scheduleSettings } from '../../../src/core/runs/scheduleFields';

const MINIMAL = '"model": "unet.py:UNet", "dataset": "cells"';

function parsed(extra: string): Experiment {
  const { experiment, diagnostics } = parseExperiment(`{${MINIMAL}, ${extra}}`, 'x.cnnlab.json');
  expect(diagnostics.filter((each) => each.severity === 'error')).toEqual([]);
  return experiment!;
}

/** The only diagnostic of a text, as `line:column severity code: message | hint`. */
function check(text: string, expected: string): void {
  const { experiment, diagnostics } = parseExperiment(text, 'x.cnnlab.json');
  const shown = diagnostics.map(
    ({ line, column, severity, code, message, hint }) =>
      `${line}:${column} ${severity} ${code}: ${message}${hint ? ` | ${hint}` : ''}`,
  );
  expect(shown).toEqual([expected]);
  expect(experiment === null).toBe(expected.includes(' error '));
}

test('two keys are enough; all others have these defaults', () => {
  expect(defaultExperiment('unet.py:UNet', 'cells')).toEqual({
    model: 'unet.py:UNet',
    args: {},
    dataset: { path: 'cells', masks: null },
    input: null,
    task: null,
    loss: null,
    optimizer: optimizerSettings({ name: 'adamw', lr: 0.001, weightDecay: 0.01 }),
    schedule: scheduleSettings({ name: 'constant' }),
    gradients: { clipNorm: null, clipValue: null, accumulate: 1 },
    ema: null,
    epochs: 20,
    batchSize: 8,
    seed: 0,
    shuffle: true,
    augment: { horizontalFlip: false, verticalFlip: false },
    split: { validation: 0.2 },
    initialWeights: null,
    device: 'auto',
    output: null,
  });
});

test('comments, trailing commas and CRLF are fine', () => {
  const text = `{\r\n  // the model\r\n  ${MINIMAL},\r\n  /* quick */ "epochs": 2,\r\n}`;
  expect(parseExperiment(text, 'x')).toMatchObject({ experiment: { epochs: 2 }, diagnostics: [] });
});

describe('short forms', () => {
  test('optimizer by name takes that optimizer’s defaults', () => {
    expect(parsed('"optimizer": "sgd"').optimizer).toMatchObject({ name: 'sgd', lr: 0.01, weightDecay: 0 });
    expect(parsed('"optimizer": {"weightDecay": 0.5}').optimizer).toMatchObject({
      name: 'adamw',
      weightDecay: 0.5,
    });
    expect(parsed('"optimizer": {"name": "adam", "lr": 1e-4}').optimizer).toMatchObject({
      lr: 1e-4,
      weightDecay: 0,
    });
  });
  test('a loss by name stays a name; with settings it has all of them', () => {
    expect(parsed('"loss": "dice"').loss).toBe('dice');
    expect(parsed('"loss": {"name": "focal", "gamma": 3}').loss).toEqual({
      ...lossSettings('focal'),
      gamma: 3,
    });
    const { loss } = parsed(
      '"loss": {"name": "combined", "terms": ["lovasz", {"name": "tversky", "weight": 0.5, "beta": 0.7}]}',
    );
    expect((loss as LossSettings).terms).toMatchObject([
      { name: 'lovasz', weight: 1 },
      { name: 'tversky', weight: 0.5, alpha: 0.5, beta: 0.7 },
    ]);
  });
  test('a schedule by name or with settings, a norm alone, groups of parameters', () => {
    expect(parsed('"schedule": "cosine"').schedule).toEqual(scheduleSettings({ name: 'cosine' }));
    expect(parsed('"schedule": {"name": "exponential", "warmupSteps": 5}').schedule).toMatchObject({
      gamma: 0.95,
      warmupSteps: 5,
    });
    expect(parsed('"gradients": 1').gradients).toEqual({ clipNorm: 1, clipValue: null, accumulate: 1 });
    expect(
      parsed('"optimizer": {"groups": ["*.bias", {"parameters": "head.*", "lrFactor": 10}]}').optimizer
        .groups,
    ).toEqual([
      { parameters: '*.bias', lrFactor: 1, weightDecay: null },
      { parameters: 'head.*', lrFactor: 10, weightDecay: null },
    ]);
  });
  test('augment: true, split: 0.3, dataset as an object, null for the default', () => {
    expect(parsed('"augment": true').augment).toEqual({ horizontalFlip: true, verticalFlip: true });
    expect(parsed('"augment": {"verticalFlip": true}').augment).toEqual({
      horizontalFlip: false,
      verticalFlip: true,
    });
    expect(parsed('"split": 0.3').split).toEqual({ validation: 0.3 });
    expect(parsed('"task": null, "input": null')).toMatchObject({ task: null, input: null });
    const { experiment } = parseExperiment('{"model": "m.py", "dataset": {"path": "a", "masks": "b"}}', 'x');
    expect(experiment?.dataset).toEqual({ path: 'a', masks: 'b' });
  });
});

describe('what is wrong is named where it stands', () => {
  test('an unknown key and the nearest known one', () => {
    check(
      `{\n  ${MINIMAL},\n  "batch_size": 4\n}`,
      '3:2 error unknown-key: unknown key "batch_size" | Did you mean "batchSize"?',
    );
    check(`{${MINIMAL}, "epoch": 4}`, '1:46 error unknown-key: unknown key "epoch" | Did you mean "epochs"?');
  });
  test('a key of a nested object', () => {
    check(
      `{${MINIMAL},\n"lr": 0.1}`,
      '2:0 error unknown-key: unknown key "lr" | It belongs inside "optimizer": "optimizer": { "lr": … }.',
    );
    check(
      `{${MINIMAL},\n"optimizer": {"weight_decay": 0.1}}`,
      '2:14 error unknown-key: unknown key "weight_decay" in "optimizer" | Did you mean "weightDecay"?',
    );
  });
  test('a missing key', () => {
    check(
      '{"model": "unet.py"}',
      '1:0 error missing-key: the experiment needs the key "dataset" | Folder with images and masks, or with one folder a class.',
    );
  });
  test('types and ranges', () => {
    check(
      `{${MINIMAL},\n"epochs": "ten"}`,
      '2:10 error wrong-value: "epochs" is "ten"; expected a whole number at least 1 and at most 1000000',
    );
    check(
      `{${MINIMAL},\n"batchSize": 2.5}`,
      '2:13 error wrong-value: "batchSize" is 2.5; expected a whole number at least 1 and at most 65536',
    );
    check(
      `{${MINIMAL},\n"split": 1}`,
      '2:9 error wrong-value: "split" is 1; expected a number at least 0 and below 1',
    );
    check(
      `{${MINIMAL},\n"loss": "cross-entropy"}`,
      '2:8 error wrong-value: "loss" is "cross-entropy"; expected one of "cross_entropy", "nll", "bce_with_logits", "bce", "focal", "dice", "bce_dice", "jaccard", "tversky", "lovasz", "mse", "l1", "smooth_l1", "huber", "kl_div", "combined" | Did you mean "cross_entropy"?',
    );
    check(
      `{${MINIMAL},\n"input": [1, 64]}`,
      '2:9 error wrong-value: "input" is [1,64]; expected a list of 3, each a whole number at least 1 and at most 65536',
    );
    check(
      `{${MINIMAL},\n"input": [1, 64, 0]}`,
      '2:17 error wrong-value: "input[2]" is 0; expected a whole number at least 1 and at most 65536',
    );
  });
  test('null where it has no meaning', () => {
    check(
      `{${MINIMAL},\n"seed": null}`,
      '2:8 error wrong-value: "seed" is null; expected a whole number at least 0 and at most 4294967295',
    );
  });
  test('broken JSON and JSON that is no object', () => {
    check(
      '{\n  "model": "a"\n  "dataset": "b"\n}',
      '3:2 error json-syntax: this is not valid JSON: comma expected',
    );
    check('[]', '1:0 error wrong-type: an experiment is a JSON object: { … }');
    check('', '1:0 error json-syntax: this is not valid JSON: value expected');
  });
  test('settings of losses', () => {
    check(
      `{${MINIMAL},\n"loss": {"name": "combined", "terms": [{"name": "focal", "gama": 1}]}}`,
      '2:57 error unknown-key: unknown key "gama" in "loss.terms[0]" | Did you mean "gamma"?',
    );
    check(
      `{${MINIMAL},\n"loss": "combined"}`,
      '2:8 error missing-key: the loss combined needs "terms" | Write { "name": "combined", "terms": ["bce_with_logits", { "name": "dice", "weight": 0.5 }] }.',
    );
    check(
      `{${MINIMAL},\n"loss": {"name": "dice", "gamma": 1}}`,
      '2:25 warning no-effect: "gamma" has no effect on dice',
    );
    check(
      `{${MINIMAL},\n"loss": {"name": "mse", "reduction": "batchmean"}}`,
      '2:8 error wrong-value: mse has no reduction "batchmean"; kl_div has | Choose "mean" or "sum".',
    );
    check(
      `{${MINIMAL},\n"loss": {"name": "cross_entropy", "classWeights": []}}`,
      '2:50 error wrong-value: "loss.classWeights" is []; expected a list of one or more, each a number at least 0 and at most 1000000',
    );
  });
  test('settings of schedules', () => {
    check(
      `{${MINIMAL},\n"schedule": "multi_step"}`,
      '2:12 error missing-key: the schedule multi_step needs "milestones" | Write { "name": "multi_step", "milestones": [30, 60] }.',
    );
    check(
      `{${MINIMAL},\n"schedule": {"name": "one_cycle", "tMax": 3}}`,
      '2:34 warning no-effect: "tMax" has no effect on one_cycle',
    );
    check(
      `{${MINIMAL},\n"schedule": "cosin"}`,
      '2:12 error wrong-value: "schedule" is "cosin"; expected one of "constant", "step", "multi_step", "exponential", "cosine", "cosine_restarts", "one_cycle", "polynomial", "plateau" | Did you mean "cosine"?',
    );
  });
  test('settings that contradict each other or do nothing', () => {
    check(
      `{${MINIMAL},\n"optimizer": {"name": "sgd", "nesterov": true}}`,
      '2:13 error wrong-value: Nesterov momentum requires a momentum and zero dampening | Give "momentum" a value such as 0.9, or leave "nesterov" out.',
    );
    check(
      `{${MINIMAL},\n"optimizer": {"momentum": 0.9}}`,
      '2:14 warning no-effect: "momentum" has no effect on adamw',
    );
    check(
      `{${MINIMAL},\n"seed": 1,\n"seed": 2}`,
      '3:0 warning repeated-key: "seed" is given twice; the last one counts',
    );
  });
});
