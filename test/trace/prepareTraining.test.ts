/** @file From an experiment to a job: which batches are traced, and what is refused or doubted before anything starts. */
import { expect, test } from 'vitest';
import type { Dataset } from '../../src/core/dataset/dataset';
import type { Experiment } from '../../src/core/runs/experiment';
import { defaultExperiment } from '../../src/core/runs/parseExperiment';
import { type PrepareOutcome, prepareTraining } from '../../src/trace/prepareTraining';
import { cellImages } from '../engine/cellImages';
import { fixture, HEADER, startTracing } from './tracing';

const { client } = startTracing();

interface Case {
  readonly samples?: number;
  readonly model?: string;
  readonly experiment?: Partial<Experiment>;
  readonly dataset?: Partial<Dataset>;
}

/** The seed U-Net on grey cells of 32×32, unless told otherwise. */
function prepare({ samples = 11, model, experiment, dataset }: Case): Promise<PrepareOutcome> {
  const cells: Dataset = {
    root: '/data',
    name: 'cells',
    task: 'segmentation',
    samples: cellImages(samples, 8).samples,
    validation: null,
    classes: ['background', 'foreground'],
    maskEncoding: { kind: 'binary' },
    channels: 1,
    typicalSize: { width: 32, height: 32 },
    problems: [],
    ...dataset,
  };
  const request = {
    experiment: {
      ...defaultExperiment('net.py', 'cells'),
      args: model ? {} : { in_channels: 1, features: [4] },
      batchSize: 4,
      ...experiment,
    },
    dataset: cells,
    files: { 'net.py': model ?? fixture('seed_unet.py') },
    entry: 'net.py',
    modelName: model ? 'Net' : 'UNET',
    runId: 'run',
    initialWeights: null,
    resume: null,
    maxSteps: null,
  };
  return prepareTraining(request, client);
}

async function prepared(given: Case) {
  const outcome = await prepare(given);
  if (!('ok' in outcome)) throw new Error(JSON.stringify(outcome));
  return outcome.ok;
}

async function refused(given: Case): Promise<string> {
  const outcome = await prepare(given);
  if ('ok' in outcome) throw new Error('it was accepted');
  const { problems, diagnostics } = outcome;
  return [
    ...diagnostics.map(({ line, message }) => `${line}: ${message}`),
    ...problems.map(({ message }) => message),
  ].join('\n');
}

const net = (forward: string) =>
  `${HEADER}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(1, 1, 3, padding=1)\n        self.norm = nn.BatchNorm1d(1)\n    def forward(self, x):\n        ${forward}\n`;

test('graphs for every batch that training and validation will meet, and nulls filled in', async () => {
  const { job, inference, warnings } = await prepared({ experiment: { split: { validation: 0.25 } } });
  expect(job.train).toHaveLength(8);
  expect(job.validation).toHaveLength(3);
  expect(job.trainGraphs.map(({ batch }) => batch)).toEqual([4]);
  expect(job.evalGraphs.map(({ batch }) => batch)).toEqual([3]);
  expect(job.experiment).toMatchObject({ input: [1, 32, 32], task: 'segmentation', loss: 'bce_dice' });
  const input = inference.inputs.find(({ name }) => name === 'input0')!;
  expect(inference.values[input.value]!.shape).toEqual([1, 1, 32, 32]);
  expect(warnings).toEqual([]);
});

test('smaller last batches get graphs of their own', async () => {
  const { job } = await prepared({ samples: 15, experiment: { split: { validation: 0.4 } } });
  expect(job.trainGraphs.map(({ batch }) => batch)).toEqual([4, 1]);
  expect(job.evalGraphs.map(({ batch }) => batch)).toEqual([4, 2]);
});

test('fewer samples than a batch are one batch', async () => {
  const { job } = await prepared({ samples: 3, experiment: { split: { validation: 0 } } });
  expect(job.trainGraphs.map(({ batch }) => batch)).toEqual([3]);
  expect(job.validation).toEqual([]);
});

test('a last batch that the model does not accept is left out, and said', async () => {
  // A batch norm over one value a channel: PyTorch refuses it too.
  const model = net('return self.norm(self.conv(x).mean((2, 3))).view(-1, 1, 1, 1) * x');
  const { job, warnings } = await prepared({ samples: 5, model, experiment: { split: { validation: 0 } } });
  expect(job.trainGraphs.map(({ batch }) => batch)).toEqual([4]);
  expect(warnings.join()).toMatch(
    /^The last 1 of 5 training samples are left out of each epoch: .*Expected more than 1 value per channel/,
  );
});

test('a shape mismatch comes at its line, with the images that the model was called with', async () => {
  expect(await refused({ experiment: { args: { in_channels: 3, features: [4] } } })).toMatch(
    /^18: Given groups=1, .*\nUNET was called with images of 1×32×32 \(channels × height × width\), as cells has them\.$/,
  );
});

test('an output that is no single tensor', async () => {
  expect(await refused({ model: net('return x, x') })).toBe(
    'Net returns a tuple of 2; training needs a single tensor.',
  );
});

test('masks of another size than the images', async () => {
  expect(await refused({ model: net('return F.max_pool2d(self.conv(x), 2)') })).toBe(
    'Net gives masks of 16×16 for images of 32×32.',
  );
});

test('a task that is not the dataset’s', async () => {
  expect(await refused({ experiment: { task: 'classification' } })).toBe(
    "The experiment's task is classification, but cells is a segmentation dataset.",
  );
});

test('of a dataset with an error, everything is told, errors first; warnings alone do not stop', async () => {
  const warning = { severity: 'warning', code: 'a', message: 'one is left out', hint: 'Mend it.' } as const;
  const error = { severity: 'error', code: 'b', message: 'none can be used' } as const;
  expect(await refused({ dataset: { problems: [warning, error] } })).toBe(
    'none can be used\none is left out',
  );
  const { warnings } = await prepared({ dataset: { problems: [warning] } });
  expect(warnings).toEqual(['one is left out. Mend it.']);
});

test('a loop without end in forward is named', async () => {
  expect(await refused({ model: net('while True: x = x + 1') })).toMatch(
    /^10: Stopped: this was still running/,
  );
});

test('an op that can be traced but not trained is refused at its line, by name', async () => {
  const model = `${HEADER}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(1, 1, 3, padding=1)
    def forward(self, x):
        return self.conv(x.unsqueeze(2)).squeeze(2)
`;
  const outcome = await prepare({ model });
  if ('ok' in outcome) throw new Error('it was prepared');
  expect(outcome.problems).toEqual([]);
  expect(outcome.diagnostics).toEqual([
    expect.objectContaining({
      file: 'net.py',
      line: 9,
      code: 'trace-only-op',
      message: 'conv3d can be traced but not trained here yet.',
    }),
  ]);
});
