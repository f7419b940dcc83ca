/** @file Model files that trace (lints.txt), and the advice that is given about each. */

export interface AdviceExpected {
  /** The first line of the expression that is underlined. */
  readonly at: string;
  /** Titles of quick fixes, after the first of which there is no advice any more. */
  readonly fixes: readonly string[];
}

/** By the headings of lints.txt; those that are fine have none. */
export const adviceExpected: Readonly<Record<string, AdviceExpected>> = {
  'softmax-before-cross-entropy: a function': {
    at: 'F.softmax(self.fc(x), dim=1)',
    fixes: ['Remove F.softmax'],
  },
  'softmax-before-cross-entropy: a method': {
    at: 'self.fc(x).log_softmax(1)',
    fixes: ['Remove log_softmax'],
  },
  'softmax-before-cross-entropy: a layer of a Sequential': {
    at: 'nn.Softmax(dim=1)',
    fixes: ['Remove nn.Softmax'],
  },
  'sigmoid-before-bce-with-logits: a function': {
    at: 'torch.sigmoid(self.conv(x))',
    fixes: ['Remove torch.sigmoid'],
  },
  "softmax-over-batch: the output's": { at: 'self.out(self.fc(x))', fixes: [] },
  'unused-layer: defined only': { at: 'nn.Sequential(nn.Linear(5, 5), nn.ReLU())', fixes: [] },
  'unregistered-modules: a list that is not called': {
    at: '[nn.Linear(12, 5) for _ in range(3)]',
    fixes: ['Use nn.ModuleList'],
  },
  'bias-before-batch-norm: a call over lines': { at: 'nn.Conv2d(', fixes: ['Set bias=False'] },
  'bias-before-batch-norm: bias=True is said': {
    at: 'nn.Linear(12, 5, bias=True)',
    fixes: ['Set bias=False'],
  },
  'input-not-divisible: a U-Net that pads': { at: 'self.pool(second)', fixes: [] },
  'layer-reused: a batch norm behind two layers': { at: 'self.norm(self.conv2(x))', fixes: [] },
  'unreached-parameter: a result that is thrown away': { at: 'self.fc2(y)', fixes: [] },
  'dropout-of-everything: p=1': { at: 'nn.Dropout(1)', fixes: [] },
  'repeated-activation: relu in the layer and behind it': {
    at: 'F.relu(self.block(x))',
    fixes: ['Remove F.relu'],
  },
  'no-output: a return is missing': { at: 'class Net', fixes: [] },
};
