/** @file What the command line says where an experiment, its data or its model are wrong: all before there is a run. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../disk/temporaryFolder';
import { fixture, HEADER } from '../trace/tracing';
import { startCommands, type Told } from './commandLine';
import { experimentText, greyPng, writeBars, writeCells } from './imageFolders';

const { train } = startCommands();

interface Case {
  readonly experiment?: Readonly<Record<string, unknown>> | string;
  /** Changes the folder, which holds the seed U-Net and four cells of 32×32. */
  readonly spoil?: (folder: string) => void;
  readonly maxSteps?: number;
  readonly resume?: string;
}

/** Trains with one thing wrong; the folder's own path is taken out of what is said. */
async function told({ experiment, spoil, ...options }: Case): Promise<Told & { folder: string }> {
  const folder = temporaryFolder();
  writeCells(join(folder, 'cells'), 4, 32);
  writeFiles(folder, {
    'seed_unet.py': fixture('seed_unet.py'),
    'cells.cnnlab.json': typeof experiment === 'string' ? experiment : experimentText(experiment),
  });
  spoil?.(folder);
  const { resume } = options;
  const { code, text } = await train(join(folder, 'cells.cnnlab.json'), {
    ...options,
    ...(resume === undefined ? {} : { resume: join(folder, resume) }),
  });
  const short = text.replaceAll(/\S*cnn-lab-[^/\\]+[/\\]/g, '');
  return { folder, code, text: short };
}

async function refuses(wrong: Case, message: RegExp): Promise<void> {
  const { folder, code, text } = await told(wrong);
  expect(text).toMatch(message);
  expect(code, text).toBe(1);
  // Nothing is left behind that looks like a run.
  const runs = join(folder, '.cnnlab/runs');
  expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([]);
}

/** Trains a step all the same, and says what it left out. */
async function warns(doubtful: Case, message: RegExp): Promise<void> {
  const { code, text } = await told({ maxSteps: 1, ...doubtful });
  expect(text).toMatch(message);
  expect(code, text).toBe(0);
}

test('an unknown key names the nearest known one, with its line', () =>
  refuses(
    { experiment: '{\n  "model": "seed_unet.py:UNET",\n  "dataset": "cells",\n  "epoch": 3\n}\n' },
    /^cells\.cnnlab\.json:4:3: error: unknown key "epoch"\n {2}Did you mean "epochs"\?$/,
  ));

test('no experiment', () =>
  refuses(
    { spoil: (folder) => rmSync(join(folder, 'cells.cnnlab.json')) },
    /^cannot read the experiment cells\.cnnlab\.json: it does not exist$/,
  ));

test('a key without effect is a warning', () =>
  warns(
    { experiment: { optimizer: { name: 'adam', lr: 0.01, momentum: 0.9 } } },
    /^warning: cells\.cnnlab\.json:1:\d+: .*"momentum" has no effect on adam/m,
  ));

test('a dataset folder that does not exist', () =>
  refuses(
    { experiment: { dataset: 'zellen' } },
    /^cannot read the dataset folder zellen: it does not exist/,
  ));

test('an empty dataset', () =>
  refuses(
    { experiment: { dataset: 'empty' }, spoil: (folder) => writeFiles(folder, { 'empty/readme.txt': '' }) },
    /^no images to train on: none of its 1 files is a PNG or JPEG image\n {2}Choose a folder with "images" and "masks"/,
  ));

test('an image without a mask is left out', () =>
  warns(
    { spoil: (folder) => rmSync(join(folder, 'cells/masks/cell 1.png')) },
    /^warning: images\/cell 1\.png has no mask and is left out/m,
  ));

test('a mask of another size is left out', () =>
  warns(
    {
      spoil: (folder) =>
        writeFileSync(
          join(folder, 'cells/masks/cell 1.png'),
          greyPng(30, 32, () => 255),
        ),
    },
    /^warning: masks\/cell 1\.png is 30×32, but its image images\/cell 1\.png is 32×32; both are left out\./m,
  ));

/** The first part of a PNG, as an interrupted copy leaves it. */
function cut(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.length - 60));
}

test('a PNG that is not one is left out', () =>
  warns(
    { spoil: (folder) => writeFileSync(join(folder, 'cells/images/cell 1.png'), 'not a picture') },
    /^warning: images\/cell 1\.png cannot be read and is left out: .+/m,
  ));

test('a PNG that breaks off is left out when it is its turn', () =>
  warns(
    {
      spoil: (folder) => cut(join(folder, 'cells/images/cell 1.png')),
      experiment: { split: { validation: 0 } },
    },
    /^warning: images\/cell 1\.png: .+ It is left out of this run\./m,
  ));

test('nothing but broken images: each is named', () =>
  refuses(
    {
      spoil: (folder) => {
        for (let k = 0; k < 4; k++) writeFileSync(join(folder, `cells/images/cell ${k}.png`), `${k}`);
      },
    },
    /^none of the 4 samples can be used[\s\S]*images\/cell 3\.png cannot be read/,
  ));

test('colour where the model wants grey: at the line that fails, with what the dataset has', () =>
  refuses(
    { experiment: { args: { in_channels: 3, features: [4] } } },
    /^seed_unet\.py:18:16: error: Given groups=1, weight of size \[4, 3, 3, 3\], expected input\[\d, 1, 32, 32\] to have 3 channels, but got 1 channels instead[\s\S]*\nUNET was called with images of 1×32×32 .*, as cells has them\./,
  ));

test('an input that no image can be read as', () =>
  refuses(
    { experiment: { input: [2, 32, 32] } },
    /^Images are read with 1 or 3 channels, but "input" has 2\./,
  ));

test('a loss that does not suit', () =>
  refuses(
    { experiment: { loss: 'cross_entropy' } },
    /^cross_entropy needs one channel a class, got 3×1×32×32/,
  ));

test('as many channels as no mask has classes', () =>
  refuses(
    { experiment: { args: { in_channels: 1, out_channels: 5, features: [4] } } },
    /^UNET gives 5 channels, but cells has 2 classes \(background, foreground\)\./,
  ));

test('another task than the dataset’s', () =>
  refuses(
    {
      experiment: { dataset: 'bars', task: 'segmentation' },
      spoil: (folder) => writeBars(join(folder, 'bars'), 2, 32),
    },
    /neither masks/,
  ));

const SHRINKING = `${HEADER}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(1, 1, 3)\n    def forward(self, x):\n        return self.conv(x)\n`;

test('masks smaller than the images', () =>
  refuses(
    {
      experiment: { model: 'net.py', args: {} },
      spoil: (folder) => writeFiles(folder, { 'net.py': SHRINKING }),
    },
    /^Net gives masks of 30×30 for images of 32×32\./,
  ));

test('two models and no name', () =>
  refuses(
    {
      experiment: { model: 'net.py', args: {} },
      spoil: (folder) => writeFiles(folder, { 'net.py': `${SHRINKING}class Other(Net):\n    pass\n` }),
    },
    /^net\.py:1:1: error: net\.py defines 2 models: Net, Other\.\n {2}Name one, as in net\.py:Net\.$/,
  ));

test('a file in place of the folder for runs', () =>
  refuses(
    { experiment: { output: 'runs' }, spoil: (folder) => writeFiles(folder, { runs: 'in the way' }) },
    /^cannot write a run into runs: a file of that name is in the way/,
  ));

test('weights of another model', () =>
  refuses(
    {
      experiment: { initialWeights: 'other.safetensors' },
      spoil: (folder) =>
        writeFiles(folder, {
          'other.safetensors': readFileSync(
            new URL('../golden/curves/tiny_vgg.safetensors', import.meta.url),
          ),
        }),
    },
    /^The initial weights do not fit the model\. Error\(s\) in loading state_dict for \w+:\n\tMissing key\(s\) in state_dict: "ups\.0\.weight"/,
  ));

test('weights that are no safetensors', () =>
  refuses(
    {
      experiment: { initialWeights: 'model.pt' },
      spoil: (folder) => writeFiles(folder, { 'model.pt': 'PK\u0003\u0004 not this' }),
    },
    /^The initial weights: the header claims .*\nChoose a \.safetensors file; a \.pt file must be converted first\.$/,
  ));

test('a run to go on with that is none', () =>
  refuses({ resume: 'cells' }, /^cells is no run: it has no run\.json\./));
