import { describe, expect, test } from 'vitest';
import type { Experiment } from '../../src/core/runs/experiment';
import type { TrainingDraft } from '../../src/protocol/messages';
import { experimentFromFields, fieldsFromDraft } from '../../webview/train/draftForm';
import { formatPythonLiteral, parsePythonLiteral } from '../../webview/train/pythonLiteral';

const experiment: Experiment = {
  model: 'unet.py:UNET',
  args: {},
  dataset: { path: 'cells', masks: null },
  input: [1, 128, 128],
  task: 'segmentation',
  loss: null,
  optimizer: {
    name: 'adamw',
    lr: 0.001,
    momentum: 0,
    nesterov: false,
    weightDecay: 0.01,
    betas: [0.9, 0.999],
    eps: 1e-8,
  },
  epochs: 10,
  batchSize: 4,
  seed: 0,
  shuffle: true,
  augment: { horizontalFlip: true, verticalFlip: false },
  split: { validation: 0.2 },
  initialWeights: null,
  device: 'auto',
  output: null,
};

const draft: TrainingDraft = {
  experiment,
  modelFile: 'unet.py',
  modelClass: 'UNET',
  datasetName: 'cells',
  datasetSummary: '',
  constructorParameters: [
    { name: 'in_channels', defaultText: null },
    { name: 'features', defaultText: '[64, 128]' },
  ],
  args: { in_channels: 1, features: [8, 16] },
  problems: [],
};

test('an untouched form gives the experiment back, with the arguments filled in', () => {
  expect(experimentFromFields(draft, fieldsFromDraft(draft))).toEqual({
    errors: {},
    experiment: { ...experiment, args: { in_channels: 1, features: [8, 16] } },
  });
});

test('an argument left empty takes the default, or is asked for where there is none', () => {
  const fields = { ...fieldsFromDraft(draft), args: { in_channels: '', features: '' } };
  const { experiment: made, errors } = experimentFromFields(draft, fields);
  expect(made).toBeNull();
  expect(errors).toEqual({ 'args.in_channels': 'UNET needs a value for in_channels' });
});

test.each([
  ['input', '128x128', /channels × height × width/],
  ['input', '3×0×5', /channels × height × width/],
  ['epochs', '0', /whole number/],
  ['epochs', '2.5', /whole number/],
  ['batchSize', '', /whole number/],
  ['lr', '0', /above 0/],
  ['lr', 'fast', /above 0/],
  ['validation', '100', /percentage/],
  ['seed', '-1', /whole number/],
])('%s cannot be %j', (name, text, message) => {
  const { errors } = experimentFromFields(draft, { ...fieldsFromDraft(draft), [name]: text });
  expect(Object.keys(errors)).toEqual([name]);
  expect(errors[name]).toMatch(message);
});

test.each(['3x64x96', '3×64×96', '3, 64, 96', '3 * 64 * 96'])('%j is an input size', (input) => {
  const { experiment: made } = experimentFromFields(draft, { ...fieldsFromDraft(draft), input });
  expect(made?.input).toEqual([3, 64, 96]);
});

describe('Python literals', () => {
  test.each([
    ['[8, 16, 32]', [8, 16, 32]],
    ['(1, 2,)', [1, 2]],
    ['(3,)', [3]],
    ['(3)', 3],
    ['True', true],
    ['null', null],
    ["'same'", 'same'],
    ['"a\\"b"', 'a"b'],
    ['1e-3', 0.001],
    ['-.5', -0.5],
    ['1_000', 1000],
    ["{'a': [1, None]}", { a: [1, null] }],
    ['[]', []],
  ])('%s', (text, value) => {
    expect(parsePythonLiteral(text)).toEqual({ ok: value });
  });

  test.each([
    ['[1, 2', '] is missing at the end'],
    ['', 'a value is missing'],
    ['nn.ReLU', "nn.ReLU is no literal: write a number, 'text', True, None or a list"],
    ["'open", "text that starts with ' must end with it"],
    ['1 2', 'unexpected 2 at character 3'],
  ])('%s is explained', (text, error) => {
    expect(parsePythonLiteral(text)).toEqual({ error });
  });

  test('are written as Python', () => {
    expect(formatPythonLiteral({ a: [1, true, null, "it's"] })).toBe("{'a': [1, True, None, 'it\\'s']}");
  });
});
