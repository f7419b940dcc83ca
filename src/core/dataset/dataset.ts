/** @file A dataset as found in the user's folders: samples by path, never the pixels. */
import type { Task } from '../runs/experiment';

export interface SegmentationSample {
  readonly kind: 'segmentation';
  /** Path relative to the dataset's `root`, POSIX separators. */
  readonly image: string;
  readonly mask: string;
}

export interface ClassificationSample {
  readonly kind: 'classification';
  readonly image: string;
  /** Index into `classes`. */
  readonly label: number;
}

export type Sample = SegmentationSample | ClassificationSample;

export interface DatasetProblem {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly file?: string;
}

/**
 * How a mask's stored values become class indexes: `binary` is any value above half of `maximum` (of the mask's own
 * greatest where that is absent); `index` takes values as they are; `values` maps the listed grey values, in order,
 * to 0, 1, …; `colors` does so with colours packed as 0xRRGGBB.
 */
export type MaskEncoding =
  | { readonly kind: 'binary'; readonly maximum?: number }
  | { readonly kind: 'index' }
  | { readonly kind: 'values' | 'colors'; readonly values: readonly number[] };

export interface Dataset {
  /** Absolute folder that sample paths start at. */
  readonly root: string;
  readonly name: string;
  readonly task: Task;
  /** Sorted by image path. */
  readonly samples: readonly Sample[];
  /** When the folders themselves say train/validation (or train/test); else null and the experiment's split applies. */
  readonly validation: readonly Sample[] | null;
  readonly classes: readonly string[];
  /** null for classification. */
  readonly maskEncoding: MaskEncoding | null;
  /** 1 where every probed image is grey, else 3. */
  readonly channels: 1 | 3;
  /** The most common width and height. */
  readonly typicalSize: { readonly width: number; readonly height: number };
  readonly problems: readonly DatasetProblem[];
}
