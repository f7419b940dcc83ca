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
  /**
   * How a mask's stored values become class indexes: `binary` is any value above half the maximum seen;
   * `index` takes them as they are; `values` maps the listed grey values, in order, to 0, 1, ….
   */
  readonly maskEncoding:
    | { readonly kind: 'binary' | 'index' }
    | { readonly kind: 'values'; readonly values: readonly number[] }
    | null;
  /** 1 where every probed image is grey, else 3. */
  readonly channels: 1 | 3;
  /** The most common width and height. */
  readonly typicalSize: { readonly width: number; readonly height: number };
  readonly problems: readonly DatasetProblem[];
}
