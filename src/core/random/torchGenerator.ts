/**
 * @file PyTorch's CPU generator: after `torch.manual_seed(seed)` the same calls give the same numbers.
 *
 * Source: aten/src/ATen/core/{DistributionsHelper,TransformationHelper}.h, native/cpu/DistributionTemplates.h and
 * native/TensorFactories.cpp (randperm). Uniform numbers and permutations are equal bit for bit; normal ones to the
 * last digits of sine, cosine and logarithm.
 */
import { MersenneTwister } from './mersenneTwister';

const f32 = Math.fround;

/** From this many elements on `normal_` draws in blocks, by another order than one at a time. */
const BLOCK = 16;

export class TorchGenerator {
  private readonly engine: MersenneTwister;
  /** Draws one at a time come in pairs; the second waits here, also across calls. */
  private spareNormal: number | null = null;

  constructor(seed: number) {
    this.engine = new MersenneTwister(seed);
  }

  /** `torch.empty(count).uniform_(low, high)` */
  uniform(count: number, low = 0, high = 1): Float32Array<ArrayBuffer> {
    const values = new Float32Array(count);
    const range = f32(f32(high) - f32(low));
    const from = f32(low);
    // Rounded once, at the end: PyTorch's compiler fuses the multiplication and the addition.
    for (let index = 0; index < count; index++) values[index] = this.unitFloat() * range + from;
    return values;
  }

  /** `torch.empty(count).normal_(mean, std)` */
  normal(count: number, mean = 0, std = 1): Float32Array<ArrayBuffer> {
    const values = new Float32Array(count);
    if (count < BLOCK) {
      for (let index = 0; index < count; index++) values[index] = this.singleNormal() * std + mean;
      return values;
    }
    for (let index = 0; index < count; index++) values[index] = this.unitFloat();
    for (let start = 0; start + BLOCK <= count; start += BLOCK) boxMuller(values, start, mean, std);
    if (count % BLOCK !== 0) {
      // The last block is drawn anew and overlaps the one before it.
      const start = count - BLOCK;
      for (let index = start; index < count; index++) values[index] = this.unitFloat();
      boxMuller(values, start, mean, std);
    }
    return values;
  }

  /** `torch.randperm(count)` */
  randperm(count: number): Uint32Array<ArrayBuffer> {
    const order = Uint32Array.from({ length: count }, (_, index) => index);
    for (let index = 0; index < count - 1; index++) {
      const other = index + (this.engine.random() % (count - index));
      const moved = order[index]!;
      order[index] = order[other]!;
      order[other] = moved;
    }
    return order;
  }

  /** `torch.randint(low, high, (count,))` of a range below 2³². */
  randint(count: number, low: number, high: number): Int32Array<ArrayBuffer> {
    return Int32Array.from({ length: count }, () => low + (this.engine.random() % (high - low)));
  }

  /** 24 bits in [0, 1). */
  private unitFloat(): number {
    return (this.engine.random() & 0xffffff) * 2 ** -24;
  }

  /** 53 bits in [0, 1), of which the first draw gives the high ones. */
  private unitDouble(): number {
    const high = this.engine.random() & 0x1fffff;
    return (high * 2 ** 32 + this.engine.random()) * 2 ** -53;
  }

  private singleNormal(): number {
    if (this.spareNormal !== null) {
      const value = this.spareNormal;
      this.spareNormal = null;
      return value;
    }
    const angle = 2 * Math.PI * this.unitDouble();
    const radius = Math.sqrt(-2 * Math.log1p(-this.unitDouble()));
    this.spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

/** Turns 16 uniform numbers into normal ones: the first eight are radii, the last eight angles. */
function boxMuller(values: Float32Array, start: number, mean: number, std: number): void {
  for (let index = start; index < start + BLOCK / 2; index++) {
    const radius = f32(Math.sqrt(-2 * f32(Math.log(f32(1 - values[index]!)))));
    const angle = f32(f32(2 * Math.PI) * values[index + BLOCK / 2]!);
    values[index] = radius * Math.cos(angle) * std + mean;
    values[index + BLOCK / 2] = radius * Math.sin(angle) * std + mean;
  }
}
