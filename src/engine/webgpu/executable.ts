/** @file A planned graph on a device: its buffers, bind groups, and one submission a run. */
import type { Executable, RunFeeds, TensorData } from '../backend';
import type { DeviceContext } from './deviceContext';
import type { Dispatch, Param } from './kernels/kernel';
import type { Pipeline } from './pipelineCache';
import type { Location, Plan, PlannedCopy } from './plan';
import { offsetAlignment, paddedBytes } from './sizes';
import { checkTensorData, copyTensor, type Region, type WebgpuStateStore } from './stateStore';

type Command =
  | {
      readonly kind: 'dispatch';
      readonly pipeline: GPUComputePipeline;
      readonly bindings: GPUBindGroup;
      readonly workgroups: readonly [number, number, number];
    }
  | { readonly kind: 'copy'; readonly from: Region; readonly to: Region; readonly bytes: number };

export interface ExecutableParts {
  readonly context: DeviceContext;
  readonly plan: Plan;
  readonly state: WebgpuStateStore;
  /** By source. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  /** Runs that may be in flight before another staging buffer is needed. */
  readonly queueDepth: number;
}

export class WebgpuExecutable implements Executable {
  private readonly context: DeviceContext;
  private readonly plan: Plan;
  private readonly buffers: GPUBuffer[] = [];
  private readonly slots: readonly GPUBuffer[];
  private readonly arenas: readonly GPUBuffer[];
  private readonly packed: GPUBuffer;
  private readonly data: ReadonlyMap<string, GPUBuffer>;
  private readonly scalars: GPUBuffer;
  private readonly scalarValues: Float32Array<ArrayBuffer>;
  private readonly constants: GPUBuffer;
  private readonly commands: readonly Command[];
  private readonly updates: readonly Command[];
  private readonly outputRegions: readonly Region[];
  private readonly outputBytes: number;
  private readonly idleStaging: GPUBuffer[] = [];
  private ranOnce = false;

  /** Allocates everything a run needs. To be called within the context's error scope. */
  constructor({ context, plan, state, pipelines, queueDepth }: ExecutableParts) {
    this.context = context;
    this.plan = plan;
    const storage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    this.slots = plan.slots.map((bytes, slot) => this.createBuffer(`slot ${slot}`, bytes, storage));
    this.arenas = plan.arenas.map((bytes, arena) =>
      this.createBuffer(`gradients ${arena}`, Math.max(16, bytes), storage),
    );
    this.packed = this.createBuffer('packed weights', Math.max(16, plan.packedBytes), storage);
    this.data = new Map(
      plan.data.map(({ name, type }) => [name, this.createBuffer(name, paddedBytes(type), storage)]),
    );
    this.scalarValues = new Float32Array(Math.max(1, plan.scalars.length) * (offsetAlignment / 4));
    this.scalars = this.createBuffer('scalars', this.scalarValues.byteLength, storage);
    this.constants = this.createBuffer('constants', plan.constants.byteLength, storage);
    context.device.queue.writeBuffer(this.constants, 0, plan.constants);

    const dispatches = plan.steps.flatMap((step) => (step.kind === 'dispatch' ? [step.dispatch] : []));
    const uniforms = this.createUniforms(dispatches);
    let next = 0;
    this.commands = plan.steps.map((step): Command => {
      if (step.kind === 'copy') return this.copy(step, state);
      const { dispatch, locations } = step;
      const { pipeline, layout } = pipelines.get(dispatch.source)!;
      const offset = next++ * offsetAlignment;
      const entries = locations.map((location, i) => ({
        binding: i + 1,
        resource: this.region(location, state),
      }));
      const bindings = context.device.createBindGroup({
        label: `${dispatch.name} (node ${step.node})`,
        layout,
        entries: [
          { binding: 0, resource: { buffer: uniforms, offset, size: uniformBytes(dispatch) } },
          ...entries,
        ],
      });
      return { kind: 'dispatch', pipeline, bindings, workgroups: dispatch.workgroups };
    });
    this.updates = plan.updates.map((copy) => this.copy(copy, state));
    this.outputRegions = plan.outputs.map(({ location }) => this.region(location, state));
    this.outputBytes = plan.outputs.reduce((sum, { type }) => sum + paddedBytes(type), 0);
    for (let i = 0; i < queueDepth; i++) this.idleStaging.push(this.createStaging());
  }

  async run(feeds: RunFeeds): Promise<Map<string, TensorData>> {
    this.context.check();
    this.upload(feeds);
    const staging = this.idleStaging.pop() ?? this.createStaging();
    try {
      const submit = (): void => this.submit(staging);
      if (this.ranOnce) submit();
      else {
        this.ranOnce = true;
        // Not awaited before the submission: what is queued after this call must see its updates.
        await this.context.scoped('The first run failed', submit);
      }
      await staging.mapAsync(GPUMapMode.READ);
      const bytes = staging.getMappedRange();
      const outputs = new Map<string, TensorData>();
      let offset = 0;
      for (const { name, type } of this.plan.outputs) {
        outputs.set(name, copyTensor(bytes, offset, type));
        offset += paddedBytes(type);
      }
      staging.unmap();
      this.idleStaging.push(staging);
      this.context.check();
      return outputs;
    } catch (error) {
      throw this.context.reason(error);
    }
  }

  dispose(): void {
    for (const buffer of this.buffers) buffer.destroy();
  }

  private createBuffer(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.context.createBuffer(label, bytes, usage);
    this.buffers.push(buffer);
    return buffer;
  }

  private createStaging(): GPUBuffer {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    return this.createBuffer('readback', Math.max(16, this.outputBytes), usage);
  }

  /** One region a dispatch, written once: a plan's numbers never change. */
  private createUniforms(dispatches: readonly Dispatch[]): GPUBuffer {
    const bytes = new ArrayBuffer(Math.max(1, dispatches.length) * offsetAlignment);
    const view = new DataView(bytes);
    dispatches.forEach(({ name, params }, i) => {
      if (params.length * 4 > offsetAlignment) throw new Error(`${name} has too many params`);
      params.forEach((param, k) => {
        writeParam(view, i * offsetAlignment + k * 4, param);
      });
    });
    const uniforms = this.createBuffer(
      'params',
      bytes.byteLength,
      GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    );
    this.context.device.queue.writeBuffer(uniforms, 0, bytes);
    return uniforms;
  }

  private region(location: Location, state: WebgpuStateStore): Region {
    const whole = (buffer: GPUBuffer): Region => ({ buffer, offset: 0, size: buffer.size });
    switch (location.kind) {
      case 'slot':
        return whole(this.slots[location.slot]!);
      case 'state':
        return state.region(location.name);
      case 'page':
        return whole(state.page(location.page));
      case 'arena':
        return { buffer: this.arenas[location.arena]!, offset: location.offset, size: location.bytes };
      case 'packed':
        return { buffer: this.packed, offset: location.offset, size: location.bytes };
      case 'data':
        return whole(this.data.get(location.name)!);
      case 'scalar':
        return { buffer: this.scalars, offset: location.index * offsetAlignment, size: 16 };
      case 'constant':
        return { buffer: this.constants, offset: location.offset, size: location.bytes };
    }
  }

  private copy({ from, to, bytes }: PlannedCopy, state: WebgpuStateStore): Command {
    return { kind: 'copy', from: this.region(from, state), to: this.region(to, state), bytes };
  }

  private upload({ data, scalars }: RunFeeds): void {
    const { queue } = this.context.device;
    for (const { name, type } of this.plan.data) {
      const tensor = data.get(name);
      if (!tensor) throw new Error(`this run is not fed "${name}"`);
      checkTensorData(`data "${name}"`, type, tensor);
      if (tensor.length > 0) queue.writeBuffer(this.data.get(name)!, 0, tensor);
    }
    this.plan.scalars.forEach((name, index) => {
      const number = scalars[name];
      if (number === undefined) throw new Error(`this run is not fed the scalar "${name}"`);
      this.scalarValues[index * (offsetAlignment / 4)] = number;
    });
    if (this.plan.scalars.length > 0) queue.writeBuffer(this.scalars, 0, this.scalarValues);
  }

  private submit(staging: GPUBuffer): void {
    const encoder = this.context.device.createCommandEncoder();
    this.encode(encoder, this.commands);
    let offset = 0;
    this.outputRegions.forEach((region, i) => {
      const bytes = paddedBytes(this.plan.outputs[i]!.type);
      encoder.copyBufferToBuffer(region.buffer, region.offset, staging, offset, bytes);
      offset += bytes;
    });
    this.encode(encoder, this.updates);
    this.context.submit(encoder.finish());
  }

  private encode(encoder: GPUCommandEncoder, commands: readonly Command[]): void {
    let pass: GPUComputePassEncoder | null = null;
    for (const command of commands) {
      if (command.kind === 'copy') {
        pass?.end();
        pass = null;
        const { from, to, bytes } = command;
        encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, bytes);
        continue;
      }
      pass ??= encoder.beginComputePass();
      pass.setPipeline(command.pipeline);
      pass.setBindGroup(0, command.bindings);
      pass.dispatchWorkgroups(...command.workgroups);
      this.context.counters.dispatches++;
    }
    pass?.end();
  }
}

function uniformBytes({ params }: Dispatch): number {
  return Math.ceil((params.length * 4) / 16) * 16;
}

function writeParam(view: DataView, offset: number, { type, value }: Param): void {
  if (type === 'f32') view.setFloat32(offset, value, true);
  else if (type === 'i32') view.setInt32(offset, value, true);
  else view.setUint32(offset, value, true);
}
