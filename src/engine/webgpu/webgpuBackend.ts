/** @file The backend that runs graphs on our own WGSL kernels. */
import { type Graph, sameShape } from '../../core/graph/ir';
import type { DeviceInfo } from '../../core/runs/run';
import type { Backend, CompileProgress, Executable, StateSpec, StateStore } from '../backend';
import { adapterName } from './adapterName';
import { DeviceContext, type DeviceCounters } from './deviceContext';
import { WebgpuExecutable } from './executable';
import { PipelineCache } from './pipelineCache';
import { workingBytes } from './plan';
import { planGraph } from './planner';
import { megabytes, paddedBytes } from './sizes';
import { WebgpuStateStore } from './stateStore';

export interface WebgpuBackendOptions {
  /** Instead of the one that `gpu.requestAdapter` prefers. */
  readonly adapter?: GPUAdapter;
}

export interface WebgpuBackend extends Backend {
  readonly counters: Readonly<DeviceCounters>;
  /** Distinct kernels compiled so far. */
  readonly pipelineCount: number;
}

/** Two runs keep a device busy while the third is being fed. */
const queueDepth = 3;

/** @throws Error when there is no adapter or it gives no device; the message is for users. */
export async function createWebgpuBackend(
  gpu: GPU,
  options: WebgpuBackendOptions = {},
): Promise<WebgpuBackend> {
  const adapter = options.adapter ?? (await gpu.requestAdapter({ powerPreference: 'high-performance' }));
  if (!adapter) throw new Error('WebGPU found no graphics adapter.');
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const { subgroupMinSize, subgroupMaxSize } = adapter.info;
  // Kernels are written for one size; where it may change from kernel to kernel they do without. So they do where
  // subgroups are too small to gain anything (SwiftShader's have 4 lanes).
  const subgroups =
    adapter.features.has('subgroups') && subgroupMinSize === subgroupMaxSize && subgroupMinSize >= 8;
  const device = await adapter.requestDevice({
    label: 'CNN Lab',
    requiredFeatures: subgroups ? ['subgroups'] : [],
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
  });
  return new DeviceBackend(new DeviceContext(device, subgroups ? subgroupMinSize : null), describe(adapter));
}

function describe({ info }: GPUAdapter): DeviceInfo {
  return { backend: 'webgpu', description: adapterName(info), fallbackReason: null };
}

class DeviceBackend implements WebgpuBackend {
  readonly queueDepth = queueDepth;
  private readonly pipelines: PipelineCache;

  constructor(
    private readonly context: DeviceContext,
    readonly info: DeviceInfo,
  ) {
    this.pipelines = new PipelineCache(context.device);
  }

  get lost(): Promise<string> {
    return this.context.lost;
  }

  get counters(): Readonly<DeviceCounters> {
    return this.context.counters;
  }

  get pipelineCount(): number {
    return this.pipelines.size;
  }

  createState(specs: readonly StateSpec[]): StateStore {
    this.context.check();
    return new WebgpuStateStore(this.context, specs);
  }

  async compile(
    graph: Graph,
    state: StateStore,
    onProgress?: (progress: CompileProgress) => void,
  ): Promise<Executable> {
    const { context } = this;
    if (!(state instanceof WebgpuStateStore)) throw new Error('the state belongs to another backend');
    try {
      const { maxStorageBufferBindingSize, maxBufferSize } = context.device.limits;
      const plan = planGraph(graph, {
        maxBindingBytes: Math.min(maxStorageBufferBindingSize, maxBufferSize),
        subgroupSize: context.subgroupSize,
        stateOf: (name) => state.place(name),
      });
      for (const { name, type } of plan.states) {
        const held = state.type(name);
        if (!sameShape(held.shape, type.shape) || held.dtype !== type.dtype) {
          throw new Error(`state "${name}" is ${print(held)} but the graph takes ${print(type)}`);
        }
      }
      const dispatches = plan.steps.flatMap((step) => (step.kind === 'dispatch' ? [step.dispatch] : []));
      const pipelines = await this.pipelines.prepare(dispatches, (done, total) =>
        onProgress?.({ done, total }),
      );
      const bytes = workingBytes(plan, paddedBytes);
      return await context.scoped(
        `Preparing ${megabytes(bytes)} of working memory failed`,
        () => new WebgpuExecutable({ context, plan, state, pipelines, queueDepth }),
      );
    } catch (error) {
      throw context.reason(error);
    }
  }

  dispose(): void {
    this.context.destroy();
  }
}

function print({ shape, dtype }: { readonly shape: readonly number[]; readonly dtype: string }): string {
  return `${shape.join('×') || 'a scalar'} of ${dtype}`;
}
