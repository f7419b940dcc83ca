/** @file Compute pipelines by their source, shared by all executables of a backend. */
import type { Binding, Dispatch } from './kernels/kernel';

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

export class PipelineCache {
  private readonly pipelines = new Map<string, Promise<Pipeline>>();
  private readonly layouts = new Map<string, GPUBindGroupLayout>();

  constructor(private readonly device: GPUDevice) {}

  get size(): number {
    return this.pipelines.size;
  }

  /**
   * Compiles what is not compiled yet, all at once; `onDone` is called after each.
   * @throws Error naming the op whose kernel the device refuses.
   */
  async prepare(
    dispatches: readonly Dispatch[],
    onDone: (done: number, total: number) => void,
  ): Promise<ReadonlyMap<string, Pipeline>> {
    const bySource = new Map(dispatches.map((dispatch) => [dispatch.source, dispatch]));
    let done = 0;
    const entries = await Promise.all(
      [...bySource.values()].map(async (dispatch) => {
        const pipeline = await this.pipeline(dispatch);
        done++;
        onDone(done, bySource.size);
        return [dispatch.source, pipeline] as const;
      }),
    );
    return new Map(entries);
  }

  private pipeline(dispatch: Dispatch): Promise<Pipeline> {
    let pipeline = this.pipelines.get(dispatch.source);
    if (!pipeline) {
      pipeline = this.create(dispatch);
      this.pipelines.set(dispatch.source, pipeline);
    }
    return pipeline;
  }

  private async create({ name, source, bindings }: Dispatch): Promise<Pipeline> {
    const layout = this.layout(bindings);
    // A module's mistakes are reported by its pipeline as well, with the text of the message.
    this.device.pushErrorScope('validation');
    const module = this.device.createShaderModule({ label: name, code: source });
    const moduleError = this.device.popErrorScope();
    try {
      const pipeline = await this.device.createComputePipelineAsync({
        label: name,
        layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'main' },
      });
      return { pipeline, layout };
    } catch (error) {
      const message =
        (await moduleError)?.message ?? (error instanceof Error ? error.message : String(error));
      throw new Error(`The kernel of ${name} does not compile on this device: ${message}`);
    }
  }

  /** Binding 0 is the dispatch's numbers; the rest are storage buffers. */
  private layout(bindings: readonly Binding[]): GPUBindGroupLayout {
    const signature = bindings.map(({ access }) => (access === 'read' ? 'r' : 'w')).join('');
    let layout = this.layouts.get(signature);
    if (!layout) {
      const storage = bindings.map(
        ({ access }, index): GPUBindGroupLayoutEntry => ({
          binding: index + 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
        }),
      );
      layout = this.device.createBindGroupLayout({
        label: signature,
        entries: [
          { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } },
          ...storage,
        ],
      });
      this.layouts.set(signature, layout);
    }
    return layout;
  }
}
