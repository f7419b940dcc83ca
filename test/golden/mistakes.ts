/** @file Model files with one mistake each (mistakes.txt), and what is to be said and offered about it. */

const header = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n';

/** @param text of mistakes.txt. @returns name → file */
export function mistakeFiles(text: string): Readonly<Record<string, string>> {
  const pieces = text.split(/^=== /m).slice(1);
  return Object.fromEntries(
    pieces.map((piece) => {
      const end = piece.indexOf('\n');
      return [piece.slice(0, end), `${header}${piece.slice(end + 1).trimEnd()}\n`];
    }),
  );
}

export interface Expectation {
  readonly code: string;
  /** The expression that is underlined. */
  readonly at: string;
  readonly hint: string;
  /** Titles of the quick fixes, the preferred one first. */
  readonly fixes: readonly string[];
}

export const expectations: Readonly<Record<string, Expectation>> = {
  'linear-after-flatten': {
    code: 'shape-mismatch',
    at: 'self.fc(x.flatten(1))',
    hint: '`Linear` expects 490 features, gets 1690: 10×13×13. In the layer `fc` (Linear).',
    fixes: ['Set in_features to 1690'],
  },
  'linear-in-sequential': {
    code: 'shape-mismatch',
    at: 'self.net(x)',
    hint: '`Linear` expects 512 features, gets 392: 8×7×7. In the layer `net.3` (Linear).',
    fixes: ['Set in_features to 8 * 7 * 7'],
  },
  'linear-chain': {
    code: 'shape-mismatch',
    at: 'self.head(x)',
    hint: '`Linear` expects 32 features, gets 64. In the layer `head.2` (Linear).',
    fixes: ['Set in_features to 64'],
  },
  'linear-expression': {
    code: 'shape-mismatch',
    at: 'self.fc(torch.flatten(self.conv(x), 1))',
    hint: '`Linear` expects 392 features, gets 1568: 8×14×14. In the layer `fc` (Linear).',
    fixes: [],
  },
  'linear-without-flatten': {
    code: 'shape-mismatch',
    at: 'self.fc(self.conv(x))',
    hint: '`Linear` expects 1568 features, gets 8×14×14 that is not flattened: flatten it, as in `x.flatten(1)`. In the layer `fc` (Linear).',
    fixes: ['Flatten the input'],
  },
  'shared-block': {
    code: 'shape-mismatch',
    at: 'self.fc(x)',
    hint: '`Linear` expects 30 features, gets 40. In the layer `heads.0.fc` (Linear).',
    fixes: [],
  },
  'conv-channels': {
    code: 'shape-mismatch',
    at: 'self.conv2(F.relu(self.conv1(x)))',
    hint: '`Conv2d` expects 8 channels, gets 16: 16×14×14. In the layer `conv2` (Conv2d).',
    fixes: ['Set in_channels to 16'],
  },
  'conv-channels-last': {
    code: 'shape-mismatch',
    at: 'self.conv(x)',
    hint: "PyTorch's images are N×C×H×W, channels before rows and columns; what arrives is 2×16×16×3: put the channels first by `x.permute(0, 3, 1, 2)`. In the layer `conv` (Conv2d).",
    fixes: [],
  },
  'transposed-conv-channels': {
    code: 'shape-mismatch',
    at: 'self.up(x)',
    hint: '`ConvTranspose2d` expects 6 channels, gets 3: 3×16×16. In the layer `up` (ConvTranspose2d).',
    fixes: ['Set in_channels to 3'],
  },
  'batch-norm-features': {
    code: 'shape-mismatch',
    at: 'self.net(x)',
    hint: '`BatchNorm2d` expects 32 channels, gets 16. In the layer `net.1` (BatchNorm2d).',
    fixes: ['Set num_features to 16'],
  },
  'batch-norm-rank': {
    code: 'shape-mismatch',
    at: 'self.norm(x)',
    hint: 'What arrives is 2×48: `BatchNorm1d` is for 2 dimensions, `BatchNorm2d` is not. In the layer `norm` (BatchNorm2d).',
    fixes: ['Use BatchNorm1d'],
  },
  'batch-norm-single-value': {
    code: 'shape-mismatch',
    at: 'self.norm(x)',
    hint: 'Statistics of a single value do not exist: train with a batch of 2 or more, or larger images; `model.eval()` before the call uses the running statistics. In the layer `norm` (BatchNorm2d).',
    fixes: [],
  },
  'group-norm-channels': {
    code: 'shape-mismatch',
    at: 'self.norm(self.conv(x))',
    hint: '`GroupNorm` expects 32 channels, gets 16. In the layer `norm` (GroupNorm).',
    fixes: ['Set num_channels to 16'],
  },
  'group-norm-groups': {
    code: 'invalid-argument',
    at: 'nn.GroupNorm(32, 48)',
    hint: '48 channels make 1, 2, 3, 4, 6, 8, 12, 16, … groups, not 32.',
    fixes: [],
  },
  'layer-norm-shape': {
    code: 'shape-mismatch',
    at: 'self.norm(x)',
    hint: '`LayerNorm` works on the last dimensions and expects 64, gets 48. In the layer `norm` (LayerNorm).',
    fixes: ['Set normalized_shape to 48'],
  },
  'instance-norm-features': {
    code: 'shape-mismatch',
    at: 'self.norm(x)',
    hint: '`InstanceNorm2d` expects 6 channels, gets 3. In the layer `norm` (InstanceNorm2d).',
    fixes: ['Set num_features to 3'],
  },
  'conv-groups': {
    code: 'invalid-argument',
    at: 'nn.Conv2d(30, 60, 3, groups=4)',
    hint: 'in_channels is 30: groups may be 1, 2, 3, 5, 6, 10, 15 or 30, not 4.',
    fixes: [],
  },
  'cat-odd-input': {
    code: 'shape-mismatch',
    at: 'torch.cat([b, self.up2(x)], dim=1)',
    hint: "The pooling in line 18 takes 25×25 to 12×12 and leaves the odd row or column out, which doubling does not bring back. Feed images whose sides are multiples of 4, or pad or interpolate to the skip's size before joining.",
    fixes: ['Interpolate to the size of b'],
  },
  'cat-dimensions': {
    code: 'shape-mismatch',
    at: 'torch.cat([self.conv(x), x], dim=1)',
    hint: 'The tensors are 2×8×14×14 and 2×3×16×16: bring them to one size, by padding or F.interpolate.',
    fixes: ['Set padding to 1', 'Interpolate to the size of x'],
  },
  'cat-not-a-list': {
    code: 'invalid-argument',
    at: 'torch.cat(x, x, dim=1)',
    hint: 'torch.cat takes the tensors as one list: torch.cat([a, b], dim=1).',
    fixes: ['Make a list of the tensors'],
  },
  'residual-padding': {
    code: 'shape-mismatch',
    at: 'x + y',
    hint: '2×8×16×16 meets 2×8×10×10. Convolutions without padding make images smaller.',
    fixes: ['Set the padding of 2 convolutions'],
  },
  'residual-channels': {
    code: 'shape-mismatch',
    at: 'x + self.conv(x)',
    hint: '2×3×16×16 meets 2×8×16×16. A 1×1 convolution, nn.Conv2d(3, 8, 1), brings one to the channels of the other.',
    fixes: [],
  },
  'view-size': {
    code: 'shape-mismatch',
    at: 'x.view(x.size(0), 490)',
    hint: 'The tensor is 2×10×13×13: 1690 numbers for each of the 2 in the batch. A -1 stands for what is left over.',
    fixes: ['Let PyTorch infer the size: -1'],
  },
  'view-batch': {
    code: 'shape-mismatch',
    at: 'x.view(-1, 500)',
    hint: 'The tensor is 2×3×16×16: 768 numbers for each of the 2 in the batch. `x.flatten(1)` makes rows of 768.',
    fixes: ['Use flatten(1)'],
  },
  'kernel-too-large': {
    code: 'shape-mismatch',
    at: 'self.conv3(self.conv2(self.conv1(x)))',
    hint: 'Only 3×3 is left here. The image has shrunk 16×16 → 7×7 → 3×3. Feed larger images, pool or stride less often, or use padding. In the layer `conv3` (Conv2d).',
    fixes: [],
  },
  'pool-too-small': {
    code: 'shape-mismatch',
    at: 'self.pool(x)',
    hint: 'Only 1×1 is left here. The image has shrunk 4×4 → 2×2 → 1×1. Feed larger images, pool or stride less often, or use padding. In the layer `pool` (MaxPool2d).',
    fixes: [],
  },
  'matmul-shapes': {
    code: 'shape-mismatch',
    at: 'x @ x',
    hint: '2×10×48 times 2×10×48: the last size of the first must be the last but one of the second. `b.transpose(-2, -1)` would fit.',
    fixes: [],
  },
  'missing-super': {
    code: 'missing-super',
    at: 'self.conv',
    hint: 'Call super().__init__() first in __init__: it makes the places that layers and parameters are kept in.',
    fixes: ['Call super().__init__() first'],
  },
  'missing-forward': {
    code: 'missing-forward',
    at: 'class Net',
    hint: 'PyTorch calls `forward`; the class has `foward`.',
    fixes: ['Rename foward to forward'],
  },
  'forward-inside-init': {
    code: 'missing-forward',
    at: 'class Net',
    hint: '`forward` is indented as a part of __init__: move it to the left, to the level of __init__.',
    fixes: ['Move forward out of the method'],
  },
  'init-misspelt': {
    code: 'unknown-name',
    at: 'self.conv',
    hint: 'The constructor is called `__init__`, with two underscores on each side, not `_init_`.',
    fixes: ['Rename _init_ to __init__'],
  },
  'module-list-called': {
    code: 'missing-forward',
    at: 'self.layers(x)',
    hint: 'A ModuleList only holds layers: call `for layer in layers: x = layer(x)`, or use nn.Sequential.',
    fixes: [],
  },
  'sequential-of-a-list': {
    code: 'invalid-argument',
    at: 'nn.Sequential([nn.Conv2d(3, 8, 3), nn.ReLU()])',
    hint: 'nn.Sequential takes layers one by one: put a * before the list.',
    fixes: ['Unpack the list: *[…]'],
  },
  'wrong-number-of-inputs': {
    code: 'wrong-inputs',
    at: 'class Net',
    hint: 'Net takes 2 inputs: x, y. It was called with 1.',
    fixes: [],
  },
  'layer-argument-missing': {
    code: 'missing-argument',
    at: 'nn.Conv2d(3, 8)',
    hint: 'Conv2d(in_channels, out_channels, kernel_size) needs all of these.',
    fixes: [],
  },
  'layer-argument-misspelt': {
    code: 'unknown-argument',
    at: 'nn.Conv2d(3, 8, kernal_size=3)',
    hint: 'The argument is called `kernel_size`.',
    fixes: ['Change kernal_size to kernel_size'],
  },
  'float-size': {
    code: 'invalid-argument',
    at: 'nn.Linear(48, 20 / 2)',
    hint: 'Sizes are whole numbers: divide by //, or round with int().',
    fixes: ['Divide whole numbers: //'],
  },
  'list-into-layer': {
    code: 'invalid-argument',
    at: 'self.conv([x, x])',
    hint: 'It takes one tensor, not a list of several: join them by torch.cat(…, dim=1), or take one by its index.',
    fixes: [],
  },
  'module-into-function': {
    code: 'invalid-argument',
    at: 'F.relu(self.conv)',
    hint: 'What is given is the layer itself: call it, as in `layer(x)`.',
    fixes: [],
  },
  'tuple-into-layer': {
    code: 'invalid-argument',
    at: 'self.conv(self.block(x))',
    hint: 'It takes one tensor, not a tuple of several: join them by torch.cat(…, dim=1), or take one by its index.',
    fixes: [],
  },
  'long-into-conv': {
    code: 'dtype-mismatch',
    at: 'self.conv(x.long())',
    hint: 'What arrives is int64, the weights are float32: convert it by `x.float()`.',
    fixes: [],
  },
  'float-into-embedding': {
    code: 'dtype-mismatch',
    at: 'self.embedding(x)',
    hint: 'An embedding looks rows up by whole numbers: convert them by `x.long()`.',
    fixes: [],
  },
  'self-forgotten': {
    code: 'unknown-name',
    at: 'conv',
    hint: 'The layer is an attribute: `self.conv`.',
    fixes: ['Use self.conv'],
  },
  'layer-misspelt': {
    code: 'unknown-name',
    at: 'self.conv_1',
    hint: 'Did you mean `self.conv1`?',
    fixes: ['Change to self.conv1'],
  },
  'dimension-out-of-range': {
    code: 'shape-mismatch',
    at: 'F.softmax(x, dim=2)',
    hint: 'The tensor is 2×48: its dimensions are 0 to 1, or counted from the end -1 to -2.',
    fixes: [],
  },
  'permute-count': {
    code: 'shape-mismatch',
    at: 'x.permute(0, 2, 1)',
    hint: "The tensor is 2×3×16×16: name each of its 4 dimensions once, the batch's 0 too.",
    fixes: [],
  },
  'attention-heads': {
    code: 'invalid-argument',
    at: 'nn.MultiheadAttention(50, 8)',
    hint: '50 features make 1, 2, 5, 10, 25 or 50 heads, not 8.',
    fixes: [],
  },
  'attention-width': {
    code: 'python-error',
    at: 'self.attention(x, x, x)',
    hint: '`MultiheadAttention` expects 64 features, gets 48.',
    fixes: ['Set embed_dim to 48'],
  },
  'conv-rank': {
    code: 'shape-mismatch',
    at: 'self.conv(x)',
    hint: 'It wants N×C×H×W; what arrives is 2×768. Reshape it, or leave out the flattening. In the layer `conv` (Conv2d).',
    fixes: [],
  },
};
