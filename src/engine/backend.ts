/** @file What a machine that runs graphs offers; `webgpu` and `wasm` both do. */
import type { Graph, TensorType } from '../core/graph/ir';
import type { DeviceInfo } from '../core/runs/run';

/** float32 for floats (and bool as 0/1 where read back), Int32Array for integers; row-major, dense. */
export type TensorData = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

export interface StateSpec {
  readonly name: string;
  readonly type: TensorType;
  /** States that name the same page may be laid side by side, so that one kernel reads or updates them all. */
  readonly page?: string;
}

/** Named tensors that live in the backend between runs and that every executable of the store shares. */
export interface StateStore {
  write(entries: ReadonlyMap<string, TensorData>): void;
  /** Waits for runs already submitted. Reads everything when `names` is absent. */
  read(names?: readonly string[]): Promise<Map<string, TensorData>>;
  dispose(): void;
}

export interface RunFeeds {
  /** By name of `data` input. */
  readonly data: ReadonlyMap<string, TensorData>;
  /** By name of `scalar` input. */
  readonly scalars: Readonly<Record<string, number>>;
}

export interface Executable {
  /**
   * Queues one run: state updates take effect for whatever is queued after it. The promise gives the graph's
   * outputs by name; nobody has to wait for it before queueing the next run.
   * @throws Error rejects when the device is lost or a kernel fails; the store is then unusable.
   */
  run(feeds: RunFeeds): Promise<Map<string, TensorData>>;
  dispose(): void;
}

export interface CompileProgress {
  readonly done: number;
  readonly total: number;
}

export interface Backend {
  readonly info: DeviceInfo;
  createState(specs: readonly StateSpec[]): StateStore;
  /** The graph's `state` inputs must exist in `state` with the same type. */
  compile(
    graph: Graph,
    state: StateStore,
    onProgress?: (progress: CompileProgress) => void,
  ): Promise<Executable>;
  /** How many runs may be queued ahead before waiting is wise; 1 where a run is synchronous. */
  readonly queueDepth: number;
  /** Resolves with the reason when the device is lost. */
  readonly lost: Promise<string>;
  dispose(): void;
}
