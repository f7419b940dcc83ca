/** @file torchvision in workspace files, without torchvision: what is found, what is warned of, what is refused. */
import { describe, expect, test } from 'vitest';
import { formatShapes } from '../../src/trace/formatShapes';
import { shapeHints } from '../../src/trace/shapeHints';
import { diagnosticsText, HEADER, startTracing, target } from './tracing';

const { trace } = startTracing();

const kinds = ({ candidates }: Awaited<ReturnType<typeof trace>>) =>
  candidates.map(
    ({ name, kind, range }) => `${range.line}:${range.column}-${range.endColumn} ${kind} ${name}`,
  );

describe('models that files build', () => {
  test('at module level are models, with what the file changes in them and the numbers it drew', async () => {
    const result = await trace(
      `${HEADER}from torchvision.models import resnet18
model = resnet18(num_classes=10)
model.fc = nn.Linear(512, 3)
criterion = nn.CrossEntropyLoss()
block = nn.ReLU()
model(torch.zeros(2, 3, 64, 64))
`,
    );
    expect(result.diagnostics).toEqual([]);
    expect(kinds(result)).toEqual(['5:0-5 instance model']);
    const [model] = result.models;
    expect(model!.graphs[0]!.output).toEqual({ shape: [2, 3], dtype: 'float32' });
    expect(model!.state.at(-1)).toMatchObject({ name: 'fc.bias', shape: [3] });
    expect(
      shapeHints(result, 'model.py').map(({ line, outputs }) => `${line}: ${formatShapes(outputs)}`),
    ).toEqual(['5: 3', '6: 3']);
    // The layer that was replaced drew its numbers before.
    expect(model!.init.filter(({ target, shape }) => !target && shape[0] === 10)).toHaveLength(2);
  });

  test('take no arguments when they are traced by name', async () => {
    const file = 'from torchvision import models\nnet = models.resnet18()\n';
    const good = await trace(file, target('net', {}, [2, 3, 64, 64]));
    expect(good.models[0]!.graphs[0]!.output).toEqual({ shape: [2, 1000], dtype: 'float32' });
    const bad = await trace(file, target('net', { num_classes: 3 }, [2, 3, 64, 64]));
    expect(diagnosticsText(bad)).toEqual([
      'model.py:2:0-3 unknown-argument: net is built by the file: it takes no arguments. [Remove the arguments, or change them where net is built.]',
    ]);
  });

  test('in functions are models; a Sequential of layers is one, a layer of activation is none', async () => {
    const result = await trace(
      `${HEADER}from torchvision import models

def build(classes=4):
    net = models.mobilenet_v2()
    net.classifier[1] = nn.Linear(1280, classes)
    return net

def by_name():
    return models.get_model("squeezenet1_1", num_classes=2)

head = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
act = nn.Sequential(nn.ReLU())
`,
    );
    expect(result.diagnostics).toEqual([]);
    expect(kinds(result)).toEqual([
      '6:0-9 function build',
      '11:0-11 function by_name',
      '14:0-4 instance head',
    ]);
  });
});

describe('weights', () => {
  const warning = (place: string, name: string) =>
    `model.py:${place} pretrained-weights: ${name} are not downloaded: the model starts from random weights here. [Save model.state_dict() in PyTorch and choose that file as initial weights.]`;

  test.each([
    ['weights="DEFAULT"', 'ResNet50_Weights.IMAGENET1K_V2'],
    ['weights="IMAGENET1K_V1"', 'ResNet50_Weights.IMAGENET1K_V1'],
    ['weights=models.ResNet50_Weights.DEFAULT', 'ResNet50_Weights.IMAGENET1K_V2'],
    ['weights=models.ResNet50_Weights.IMAGENET1K_V1', 'ResNet50_Weights.IMAGENET1K_V1'],
    ['weights=models.get_weight("ResNet50_Weights.DEFAULT")', 'ResNet50_Weights.IMAGENET1K_V2'],
    ['pretrained=True', 'ResNet50_Weights.IMAGENET1K_V1'],
    ['True', 'ResNet50_Weights.IMAGENET1K_V1'],
  ])('%s gives the architecture, and one warning', async (argument, name) => {
    const call = `models.resnet50(${argument})`;
    const result = await trace(`from torchvision import models\nnet = ${call}\n`);
    expect(diagnosticsText(result)).toEqual([warning(`2:6-${6 + call.length}`, name)]);
    expect(result.candidates[0]!.name).toBe('net');
  });

  test('of a backbone are asked for by default, as in torchvision; none gives no warning', async () => {
    const lines = [
      'from torchvision.models.segmentation import fcn_resnet50, deeplabv3_resnet50, DeepLabV3_ResNet50_Weights',
      'a = fcn_resnet50(num_classes=2)',
      'b = fcn_resnet50(weights=None, weights_backbone=None)',
      'c = deeplabv3_resnet50(weights=DeepLabV3_ResNet50_Weights.DEFAULT)',
      'assert c.aux_classifier is not None',
    ];
    const result = await trace(lines.join('\n'));
    expect(diagnosticsText(result)).toEqual([
      warning('2:4-31', 'ResNet50_Weights.IMAGENET1K_V1'),
      warning('4:4-66', 'DeepLabV3_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1'),
    ]);
  });

  test('know their categories, parameters and transforms; other numbers of classes are refused', async () => {
    const result = await trace(`import torch
from torchvision import models
weights = models.EfficientNet_B3_Weights.DEFAULT
assert len(weights.meta["categories"]) == 1000 and weights.meta["num_params"] == 12233232
image = weights.transforms()(torch.zeros(3, 500, 400, dtype=torch.uint8))
assert image.shape == (3, 300, 300) and image.dtype is torch.float32, image.shape
assert models.get_model_weights("vit_b_16") is models.ViT_B_16_Weights
assert "resnet18" in models.list_models(include="resnet*") and len(models.list_models(models)) == 80
models.resnet18(weights="DEFAULT", num_classes=3)
`);
    expect(diagnosticsText(result)).toEqual([
      "model.py:9:0-49 shape-mismatch: The parameter 'num_classes' expected value 1000 but got 3 instead.",
    ]);
  });
});

describe('what is not here', () => {
  test.each([
    ['torchvision.ops.nms(boxes, boxes[:, 0], 0.5)', 'torchvision.ops.nms is not supported by CNN Lab yet.'],
    [
      'torchvision.ops.roi_align(x, [boxes], 7)',
      'torchvision.ops.roi_align is not supported by CNN Lab yet.',
    ],
    [
      'TF.affine(x, 10, [0, 0], 1, [0, 0])',
      'torchvision.transforms.functional.affine is not supported by CNN Lab yet.',
    ],
    [
      'TF.rotate(x, 30)',
      'Rotating 8×9 pixels by 30° is not supported by CNN Lab yet. [Multiples of 180° are, and of 90° for square images.]',
    ],
    [
      'transforms.RandomCrop(4)(x)',
      'torchvision.transforms.RandomCrop inside of a model is not supported by CNN Lab. [Augment the data instead, or use functions of torchvision.transforms.functional.]',
    ],
    [
      'v2.RandomHorizontalFlip()(x)',
      'torchvision.transforms.RandomHorizontalFlip inside of a model is not supported by CNN Lab. [Augment the data instead, or use functions of torchvision.transforms.functional.]',
    ],
  ])('%s names itself at its line', async (expression, message) => {
    const result = await trace(
      `${HEADER}import torchvision
import torchvision.transforms.functional as TF
from torchvision import transforms
from torchvision.transforms import v2
augment = transforms.Compose([transforms.RandomResizedCrop(4), transforms.ToTensor()])
augment(object())
class Net(nn.Module):
    def forward(self, x, boxes):
        return ${expression}
`,
      target('Net', {}, [1, 3, 8, 9], [5, 4]),
    );
    expect(diagnosticsText(result)).toEqual([
      `model.py:12:15-${15 + expression.length} unsupported-op: ${message}`,
    ]);
  });
});
