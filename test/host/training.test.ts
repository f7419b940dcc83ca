/** @file What Train Model proposes before anyone has answered anything. */
import assert from 'node:assert/strict';
import type { ConstructorParameter } from '../../src/core/graph/tracedModel';
import { formatExperiment } from '../../src/core/runs/formatExperiment';
import { defaultExperiment, parseExperiment } from '../../src/core/runs/parseExperiment';
import { absoluteExperiment, movedExperiment } from '../../src/host/training/movedExperiment';
import { pathFrom } from '../../src/host/training/pathsFrom';
import { missingArguments, proposeArguments } from '../../src/host/training/proposeArguments';
import { datasetFolders } from '../../src/host/workspace/datasetFolders';
import { importedFiles } from '../../src/host/workspace/importedFiles';

function parameters(given: Readonly<Record<string, unknown>>): ConstructorParameter[] {
  return Object.entries(given).map(([name, value]) =>
    value === undefined ? { name } : { name, default: { text: JSON.stringify(value), value } },
  );
}

describe('proposed constructor arguments', () => {
  const check = (
    given: Record<string, unknown>,
    facts: { channels: number; outputs: number },
    expected: object,
  ) => assert.deepEqual(proposeArguments({ parameters: parameters(given), example: null }, facts), expected);

  it('fit the seed U-Net to grey images with two classes of pixels', () =>
    check(
      { in_channels: 3, out_channels: 1, features: [64, 128] },
      { channels: 1, outputs: 1 },
      { in_channels: 1 },
    ));

  it('know the names that tutorials use', () => {
    check(
      { input_shape: undefined, hidden_units: undefined, output_shape: undefined },
      { channels: 3, outputs: 10 },
      {
        input_shape: 3,
        hidden_units: 16,
        output_shape: 10,
      },
    );
    check({ n_channels: 3, n_classes: 21 }, { channels: 3, outputs: 2 }, { n_classes: 2 });
    check({ num_classes: 1000, dropout: 0.5 }, { channels: 3, outputs: 10 }, { num_classes: 10 });
  });

  it('leave what they cannot know to the user', () => {
    const unknown = parameters({ depth: undefined, in_channels: 3 });
    const args = proposeArguments({ parameters: unknown, example: null }, { channels: 3, outputs: 1 });
    assert.deepEqual(missingArguments(unknown, args), ['depth']);
  });

  it('keep what the file’s own example says about the rest', () => {
    const example = { args: { in_channels: 1, features: [8, 16] }, inputs: [] };
    const given = parameters({ in_channels: 3, features: [64, 128] });
    assert.deepEqual(proposeArguments({ parameters: given, example }, { channels: 3, outputs: 1 }), {
      features: [8, 16],
    });
  });
});

describe('dataset folders', () => {
  const check = (files: string[], expected: string[]) => assert.deepEqual(datasetFolders(files), expected);

  it('hold images and masks side by side, also below splits', () => {
    check(['cells/images/1.png', 'cells/masks/1.png', 'logo.png'], ['cells']);
    check(['data/train/images/1.png', 'data/train/masks/1.png', 'data/val/images/2.png'], ['data']);
    check(['images/1.png', 'masks/1.png'], ['']);
  });

  it('hold one folder a class', () => {
    check(['shapes/circle/1.png', 'shapes/square/1.png'], ['shapes']);
    check(['c/train/cat/1.jpg', 'c/train/dog/1.jpg', 'c/test/cat/2.jpg', 'c/test/dog/2.jpg'], ['c']);
  });

  it('hold masks by suffix', () => check(['scans/a.png', 'scans/a_mask.png'], ['scans']));
});

describe('imported files', () => {
  const check = (files: Record<string, string>, entry: string, expected: string[]) =>
    assert.deepEqual(Object.keys(importedFiles(files, entry)).sort(), expected.sort());

  it('follow absolute, relative and package imports, and nothing else', () => {
    check(
      {
        'net/model.py': 'from .blocks import (\n  Block,  # the usual\n)\nimport net.extra as e, torch\n',
        'net/__init__.py': '',
        'net/blocks.py': 'from net import norms',
        'net/norms/__init__.py': '',
        'net/extra.py': '',
        'other.py': '',
      },
      'net/model.py',
      ['net/model.py', 'net/__init__.py', 'net/blocks.py', 'net/norms/__init__.py', 'net/extra.py'],
    );
  });

  it('look beside the script as Python does', () =>
    check({ 'src/train.py': 'import unet', 'src/unet.py': '', 'unet.py': '' }, 'src/train.py', [
      'src/train.py',
      'src/unet.py',
      'unet.py',
    ]));

  it('look in every folder for what is on no usual path, and take a folder whose modules are imported by name', () => {
    check(
      { 'train/net.py': 'from cells import unet', 'src/cells/unet.py': '', 'src/other.py': '' },
      'train/net.py',
      ['train/net.py', 'src/cells/unet.py'],
    );
    check(
      {
        'm/__init__.py': 'importlib.import_module("." + name, __package__)',
        'm/a.py': '',
        'm/sub/__init__.py': '',
        'm/sub/b.py': '',
        'c.py': '',
      },
      'm/__init__.py',
      ['m/__init__.py', 'm/a.py', 'm/sub/__init__.py'],
    );
  });
});

describe('experiments as text', () => {
  const experiment = {
    ...defaultExperiment('models/unet.py:UNet', 'cells'),
    epochs: 3,
    args: { features: [8] },
  };

  it('say only what is not the default, and read back as they were', () => {
    const text = formatExperiment(experiment);
    assert.deepEqual(Object.keys(JSON.parse(text)), ['model', 'dataset', 'args', 'epochs']);
    assert.equal(JSON.stringify(parseExperiment(text, 'e').experiment), JSON.stringify(experiment));
  });

  it('name the same files from another folder', () => {
    const moved = movedExperiment(experiment, '/w', '/w/experiments');
    assert.equal(moved.model, '../models/unet.py:UNet');
    assert.equal(moved.dataset.path, '../cells');
    assert.deepEqual(
      absoluteExperiment(moved, '/w/experiments').dataset,
      absoluteExperiment(experiment, '/w').dataset,
    );
  });

  it('write far paths whole', () => {
    assert.equal(pathFrom('/a/b/c/d/e/f', '/data/cells'), '/data/cells');
    assert.equal(pathFrom('/w', '/w'), '.');
  });
});
