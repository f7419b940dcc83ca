/** @file What a hover says of a layer: sizes with their formula, cost, memory and receptive field, for each instance. */
import { expect, test } from 'vitest';
import { layerText } from '../../src/host/editor/layerText';
import { placeAt } from '../../src/trace/layerFacts';
import { layerPlaces } from '../../src/trace/layerPlaces';
import { fixture, HEADER, startTracing, target } from './tracing';

const { trace } = startTracing();

const stem = `${HEADER}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 7, stride=2, padding=3),
            nn.ReLU(),
        )
        self.attend = nn.MultiheadAttention(8, 2)
        self.norm = nn.GroupNorm(2, 8)

    def forward(self, x):
        x = F.max_pool2d(self.stem(x), 3, 2, 1)
        x = self.norm(x) + 1
        t = x.flatten(2).permute(2, 0, 1)
        return self.attend(t, t, t)[0]
`;

/** The hover over the first place where `at` stands, or over its `|`. */
async function check(text: string, at: string, wanted: string, asked = target('Net', {}, [2, 3, 64, 48])) {
  const result = await trace(text, asked);
  expect(result.diagnostics).toEqual([]);
  const offset = text.indexOf(at.replace('|', '')) + Math.max(0, at.indexOf('|'));
  const before = text.slice(0, offset).split('\n');
  const place = placeAt(layerPlaces(result, 'model.py', text), before.length, before.at(-1)!.length);
  expect(place && layerText('its name', place.uses)).toBe(wanted);
}

test('a convolution where it is built', () =>
  check(
    stem,
    'nn.Conv2d(3',
    `**Conv2d** \`stem.0\`: \`3×64×48 → 8×32×24\`

height: \`⌊(64 + 2·3 − 1·(7 − 1) − 1)/2⌋ + 1 = 32\`

width: \`⌊(48 + 2·3 − 1·(7 − 1) − 1)/2⌋ + 1 = 24\`

1,184 parameters · 903 k MACs · output 24.6 kB, 36.9 kB kept for backward · sees 7×7 px, stride 2

Slides O kernels over the image: each output pixel is a weighted sum of a neighbourhood of all channels of its group.`,
  ));

test('a container where an attribute takes it, and where it is called', async () => {
  const said = `**Sequential** \`stem\`: \`3×64×48 → 8×32×24\`

1,184 parameters · 903 k MACs · output 24.6 kB, 61.4 kB kept for backward · sees 7×7 px, stride 2`;
  await check(stem, 'self.|stem = ', said);
  await check(stem, 'self.|stem(x)', said);
});

test('a function', () =>
  check(
    stem,
    'F.max_|pool2d',
    `**its name**: \`8×32×24 → 8×16×12\`

height: \`⌊(32 + 2·1 − 1·(3 − 1) − 1)/2⌋ + 1 = 16\`

width: \`⌊(24 + 2·1 − 1·(3 − 1) − 1)/2⌋ + 1 = 12\`

output 6.14 kB, 36.9 kB kept for backward · sees 11×11 px, stride 4

The largest element of each window.`,
  ));

test('group norm sees no further, attention sees the whole image', async () => {
  await check(
    stem,
    'self.|norm(x)',
    `**GroupNorm** \`norm\`: \`8×16×12 → 8×16×12\`

16 parameters · output 6.14 kB · sees 11×11 px, stride 4`,
  );
  const attention = await trace(stem, target('Net', {}, [2, 3, 64, 48]));
  const place = layerPlaces(attention, 'model.py', stem).find(
    ({ kind, uses }) => kind === 'attribute' && uses[0]!.call!.path === 'attend',
  );
  expect(layerText('', place!.uses)).toContain('sees the whole image');
});

test('a layer of a shared block has a row for each instance', async () => {
  const source = fixture('seed_unet.py');
  const asked = target('UNET', { in_channels: 1, features: [8, 16] }, [1, 1, 64, 64]);
  await check(
    source,
    'nn.Conv2d(out_channels',
    `**Conv2d**: 5 instances

| instance | shape | parameters | MACs | output | sees |
|:--|:--|--:|--:|--:|--:|
| \`downs.0.conv.3\` | \`8×64×64 → 8×64×64\` | 576 | 2.36 M | 131 kB | 5×5 px, stride 1 |
| \`downs.1.conv.3\` | \`16×32×32 → 16×32×32\` | 2,304 | 2.36 M | 65.5 kB | 14×14 px, stride 2 |
| \`bottleneck.conv.3\` | \`32×16×16 → 32×16×16\` | 9,216 | 2.36 M | 32.8 kB | 32×32 px, stride 4 |
| \`ups.1.conv.3\` | \`16×32×32 → 16×32×32\` | 2,304 | 2.36 M | 65.5 kB | 40×40 px, stride 2 |
| \`ups.3.conv.3\` | \`8×64×64 → 8×64×64\` | 576 | 2.36 M | 131 kB | 44×44 px, stride 1 |

\`downs.0.conv.3\`:

height, width: \`⌊(64 + 2·1 − 1·(3 − 1) − 1)/1⌋ + 1 = 64\`

Slides O kernels over the image: each output pixel is a weighted sum of a neighbourhood of all channels of its group.`,
    asked,
  );
  await check(
    source,
    'self.|pool(x)',
    `**MaxPool2d**: 2 uses

| use | shape | parameters | MACs | output | sees |
|:--|:--|--:|--:|--:|--:|
| 1 | \`8×64×64 → 8×32×32\` |  |  | 32.8 kB | 6×6 px, stride 2 |
| 2 | \`16×32×32 → 16×16×16\` |  |  | 16.4 kB | 16×16 px, stride 4 |

The first use:

height, width: \`⌊(64 + 2·0 − 1·(2 − 1) − 1)/2⌋ + 1 = 32\`

The largest element of each window.`,
    asked,
  );
});
