/** @file Turns image files into batches: reads, decodes, resizes, caches, flips, and survives files that are broken. */
import type { Dataset, MaskEncoding, Sample } from '../core/dataset/dataset';
import { elementCount, type TensorType } from '../core/graph/ir';
import { decodeImage, decodeMask } from '../core/image/decodeImage';
import { maskToClasses } from '../core/image/maskToClasses';
import type { ImageResult, Picture } from '../core/image/picture';
import { toTensor } from '../core/image/toTensor';
import { counterHash, streamKey } from '../core/random/counterHash';
import type { AugmentSettings } from '../core/runs/experiment';
import type { TensorData } from './backend';

/** Path relative to the dataset's root → bytes. Rejects with a message for people. */
export type ReadFile = (path: string) => Promise<Uint8Array<ArrayBuffer>>;

export interface FeedOptions {
  readonly dataset: Pick<Dataset, 'maskEncoding'>;
  /** Channels × height × width. */
  readonly input: readonly [number, number, number];
  readonly readFile: ReadFile;
  readonly onWarning: (message: string) => void;
  /** Decoded samples are kept up to this many bytes, the rest are read again each epoch. */
  readonly cacheBytes?: number;
}

/** C×H×W in [0, 1], as bytes of 1/255 where the file had no more precision, and the target as class indexes. */
interface LoadedSample {
  readonly image: Uint8Array | Float32Array;
  /** One class a pixel for segmentation, a single one for classification. */
  readonly target: Uint8Array;
}

export interface Batch {
  readonly input: Float32Array<ArrayBuffer>;
  readonly target: TensorData;
}

export interface FlipPlan {
  readonly augment: AugmentSettings;
  readonly seed: number;
  readonly epoch: number;
}

/** Where a dataset says nothing: what is brighter than half the mask's maximum is foreground. */
const BINARY: MaskEncoding = { kind: 'binary' };

const DEFAULT_CACHE_BYTES = 768 * 2 ** 20;

/** A sample that could not be used, and why. */
export class SampleError extends Error {
  override readonly name = 'SampleError';
}

export class Feed {
  private readonly cache = new Map<Sample, LoadedSample>();
  /** With the reason. */
  private readonly broken = new Map<Sample, string>();
  private cachedBytes = 0;

  constructor(private readonly options: FeedOptions) {}

  /**
   * The samples stacked in order; one that cannot be read is warned about once and replaced by the next of
   * `spares` that can, so that a batch always has its size.
   * @throws SampleError when nothing readable is left.
   */
  async batch(
    samples: readonly Sample[],
    spares: readonly Sample[],
    targetType: TensorType,
    flips: FlipPlan | null,
  ): Promise<Batch> {
    const loaded = await Promise.all(samples.map((sample) => this.loadOrReplace(sample, spares)));
    const [channels, height, width] = this.options.input;
    const sampleSize = channels * height * width;
    const input = new Float32Array(samples.length * sampleSize);
    const targetSize = elementCount(targetType.shape) / (targetType.shape[0] ?? 1);
    const targetLength = samples.length * targetSize;
    const target = targetType.dtype.startsWith('float')
      ? new Float32Array(targetLength)
      : new Int32Array(targetLength);
    loaded.forEach((sample, position) => {
      const flip = flips ? flipOf(flips, samples[position]!.image) : NO_FLIP;
      const divisor = sample.image instanceof Uint8Array ? 255 : 1;
      copyPlanes(sample.image, input, position * sampleSize, channels, height, width, flip, divisor);
      if (sample.target.length === 1) target[position] = sample.target[0]!;
      else copyPlanes(sample.target, target, position * targetSize, 1, height, width, flip, 1);
    });
    return { input, target };
  }

  /** Image (C×H×W in [0, 1]) and target of one sample, unflipped. @throws SampleError */
  async sample(sample: Sample): Promise<{ image: Float32Array; target: Uint8Array }> {
    const { image, target } = await this.load(sample);
    return { image: image instanceof Uint8Array ? Float32Array.from(image, (v) => v / 255) : image, target };
  }

  /** True once a batch has met it and found that it cannot be read. */
  isBroken(sample: Sample): boolean {
    return this.broken.has(sample);
  }

  private async loadOrReplace(sample: Sample, spares: readonly Sample[]): Promise<LoadedSample> {
    const loaded = await this.tryLoad(sample);
    if (loaded) return loaded;
    // Those after it come first, so that different broken samples get different stand-ins.
    const own = spares.indexOf(sample) + 1;
    for (const spare of [...spares.slice(own), ...spares.slice(0, own)]) {
      const standIn = await this.tryLoad(spare);
      if (standIn) return standIn;
    }
    throw new SampleError(`None of the ${spares.length} samples can be read: ${this.broken.get(sample)}`);
  }

  /** null where it cannot be read, which is said once. */
  private async tryLoad(sample: Sample): Promise<LoadedSample | null> {
    if (this.broken.has(sample)) return null;
    try {
      return await this.load(sample);
    } catch (error) {
      // Two batches in the making may meet the same broken file.
      if (!this.broken.has(sample)) {
        this.broken.set(sample, messageOf(error));
        this.options.onWarning(`${messageOf(error)} It is left out of this run.`);
      }
      return null;
    }
  }

  private async load(sample: Sample): Promise<LoadedSample> {
    const cached = this.cache.get(sample);
    if (cached) return cached;
    const loaded = await this.read(sample);
    const bytes = loaded.image.byteLength + loaded.target.byteLength;
    if (this.cachedBytes + bytes <= (this.options.cacheBytes ?? DEFAULT_CACHE_BYTES)) {
      this.cache.set(sample, loaded);
      this.cachedBytes += bytes;
    }
    return loaded;
  }

  private async read(sample: Sample): Promise<LoadedSample> {
    const [channels, height, width] = this.options.input;
    const picture = await this.decode(sample.image, decodeImage);
    const tensor = toTensor(picture, channels, height, width);
    // Eight-bit files keep eight bits, as PIL's resize does: a quarter of the memory of float32.
    const image = picture.bitDepth <= 8 ? Uint8Array.from(tensor, (v) => Math.round(v * 255)) : tensor;
    if (sample.kind === 'classification') return { image, target: Uint8Array.of(sample.label) };
    const mask = await this.decode(sample.mask, decodeMask);
    if (mask.width !== picture.width || mask.height !== picture.height) {
      throw new SampleError(
        `${sample.mask} is ${mask.width}×${mask.height}, but its image ${sample.image} is ${picture.width}×${picture.height}.`,
      );
    }
    const encoding = this.options.dataset.maskEncoding ?? BINARY;
    return { image, target: maskToClasses(mask, encoding, height, width) };
  }

  private async decode(path: string, decoder: (bytes: Uint8Array) => ImageResult<Picture>): Promise<Picture> {
    const decoded = decoder(await this.options.readFile(path));
    if ('error' in decoded) throw new SampleError(`${path}: ${decoded.error}.`);
    return decoded.ok;
  }
}

interface Flip {
  readonly horizontal: boolean;
  readonly vertical: boolean;
}

const NO_FLIP: Flip = { horizontal: false, vertical: false };

/** The same sample in the same epoch of the same seed always flips the same way, in whatever order it comes. */
function flipOf({ augment, seed, epoch }: FlipPlan, path: string): Flip {
  let key = 0;
  for (let i = 0; i < path.length; i++) key = (Math.imul(key, 31) + path.charCodeAt(i)) >>> 0;
  const bits = counterHash(streamKey(seed, epoch), key);
  return {
    horizontal: augment.horizontalFlip && (bits & 1) === 1,
    vertical: augment.verticalFlip && (bits & 2) === 2,
  };
}

/** Copies C×H×W planes, flipped and divided by `divisor`, to `offset` of `target`. */
function copyPlanes(
  source: Uint8Array | Float32Array,
  target: TensorData,
  offset: number,
  channels: number,
  height: number,
  width: number,
  flip: Flip,
  divisor: number,
): void {
  let to = offset;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const row = (c * height + (flip.vertical ? height - 1 - y : y)) * width;
      if (flip.horizontal) for (let x = width - 1; x >= 0; x--) target[to++] = source[row + x]! / divisor;
      else for (let x = 0; x < width; x++) target[to++] = source[row + x]! / divisor;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
