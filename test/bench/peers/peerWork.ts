/** @file The work that every library of the comparison does: two nets, their first weights, one batch, Adam. */
import { elementCount } from '../../../src/core/graph/ir';
import { type BuiltModel, buildCurveModel } from '../../golden/curveModels';

export const netNames = ['unet', 'vgg'] as const;
export type NetName = (typeof netNames)[number];

export const netTitles: Readonly<Record<NetName, string>> = {
  unet: 'U-Net [16, 32], 4×1×64×64',
  vgg: 'TinyVGG, 32×1×28×28',
};

export const adam = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8 } as const;

export interface PeerTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

export interface PeerWork {
  readonly model: BuiltModel;
  /** By `state_dict` name, PyTorch's layouts; buffers start as PyTorch's do. */
  readonly parameters: ReadonlyMap<string, PeerTensor>;
  readonly input: PeerTensor;
  /** Masks of 0 and 1, or the class of each sample. */
  readonly target: PeerTensor;
}

/** The same numbers in every process. */
export function peerWork(net: NetName): PeerWork {
  const batchSize = net === 'unet' ? 4 : 32;
  const model = buildCurveModel(net === 'unet' ? 'seed_unet' : 'tiny_vgg', 'train', batchSize, [16, 32]);
  const random = generator(12345);
  const parameters = new Map<string, PeerTensor>();
  for (const { name, shape, kind } of model.state) {
    if (kind !== 'parameter') continue;
    const isNorm = model.state.some((entry) => entry.name === name.replace(/\w+$/, 'running_mean'));
    const fanIn = elementCount(shape.slice(1));
    const bound = isNorm || shape.length === 1 ? 0 : 1 / Math.sqrt(fanIn);
    const center = isNorm && name.endsWith('weight') ? 1 : 0;
    parameters.set(name, {
      shape,
      values: Float32Array.from({ length: elementCount(shape) }, () => center + (random() * 2 - 1) * bound),
    });
  }
  return { model, parameters, ...(net === 'unet' ? discs(random) : bars(random)) };
}

/** Noisy discs, and where they are. */
function discs(random: () => number): Pick<PeerWork, 'input' | 'target'> {
  const shape = [4, 1, 64, 64];
  const mask = new Float32Array(elementCount(shape));
  for (let sample = 0; sample < 4; sample++) {
    const [cx, cy, radius] = [16 + random() * 32, 16 + random() * 32, 8 + random() * 8];
    for (let y = 0; y < 64; y++) {
      for (let x = 0; x < 64; x++) {
        mask[(sample * 64 + y) * 64 + x] = (y - cx) ** 2 + (x - cy) ** 2 < radius ** 2 ? 1 : 0;
      }
    }
  }
  return {
    input: { shape, values: mask.map((on) => on * 0.5 + random() * 0.5) },
    target: { shape, values: mask },
  };
}

/** A noisy bar whose height is the class. */
function bars(random: () => number): Pick<PeerWork, 'input' | 'target'> {
  const shape = [32, 1, 28, 28];
  const values = new Float32Array(elementCount(shape));
  for (let at = 0; at < values.length; at++) {
    const middle = 2.5 * (Math.floor(at / 784) % 10) + 2;
    values[at] = (Math.abs((Math.floor(at / 28) % 28) - middle) < 2 ? 0.8 : 0) + random() * 0.2;
  }
  return {
    input: { shape, values },
    target: { shape: [32], values: Float32Array.from({ length: 32 }, (_, sample) => sample % 10) },
  };
}

/** A linear congruential generator over [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
