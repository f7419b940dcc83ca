/**
 * @file One library, one net, in a process of its own; prints one line of JSON.
 *
 *   node src/build/runTypeScript.mjs test/bench/peers/runPeer.ts LIBRARY NET STEPS
 */
import { requestDawnAdapter } from '../../../src/cli/dawn';
import { median } from '../median';
import { countGpuCalls, type GpuCounters } from './gpuCounters';
import { startJax } from './jaxPeer.mjs';
import { ownWasm, ownWebgpu, startOwn } from './ownPeer';
import { type NetName, netNames, type PeerWork, peerWork } from './peerWork';
import { startTfjs } from './tfjsPeer.mjs';

export const libraries = ['own-webgpu', 'own-wasm', 'jax-webgpu', 'jax-wasm', 'tfjs-webgpu'] as const;
export type Library = (typeof libraries)[number];

export interface PeerResult {
  readonly adapter: string;
  /** Made by a processor, so that the times say nothing about a GPU. */
  readonly isCpu: boolean;
  /** From nothing but a device to the first loss: graphs, kernels, first step. */
  readonly firstMilliseconds: number;
  /** Median of the later steps. */
  readonly milliseconds: number;
  /** Of the first steps. */
  readonly losses: readonly number[];
  /** Of one later step; null off the GPU. */
  readonly dispatches: number | null;
  readonly submissions: number | null;
  readonly newBuffers: number | null;
  readonly pipelines: number | null;
  readonly peakBytes: number | null;
}

const WARM_UP = 8;

async function measure(library: Library, net: NetName, steps: number): Promise<PeerResult> {
  const { gpu, adapter, description } = await requestDawnAdapter();
  const counters = countGpuCalls();
  offerToLibraries(adapter);
  const start = performance.now();
  const step = await starters[library](net, peerWork(net), { gpu, adapter });
  const losses = [await step()];
  const firstMilliseconds = performance.now() - start;
  while (losses.length < WARM_UP) losses.push(await step());
  const before = { ...counters };
  const times: number[] = [];
  for (let i = 0; i < steps; i++) {
    const begin = performance.now();
    await step();
    times.push(performance.now() - begin);
  }
  const onGpu = library.endsWith('webgpu');
  const perStep = (field: keyof GpuCounters) => (onGpu ? (counters[field] - before[field]) / steps : null);
  return {
    adapter: onGpu ? description : 'processor',
    isCpu: !onGpu || isProcessor(adapter),
    firstMilliseconds,
    milliseconds: median(times),
    losses,
    dispatches: perStep('dispatches'),
    submissions: perStep('submissions'),
    newBuffers: perStep('buffers'),
    pipelines: onGpu ? counters.pipelines : null,
    peakBytes: onGpu ? counters.peakBytes : null,
  };
}

interface Devices {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
}

type Starter = (net: NetName, work: PeerWork, devices: Devices) => Promise<() => Promise<number>>;

const starters: Readonly<Record<Library, Starter>> = {
  'own-webgpu': async (net, work, { gpu, adapter }) => startOwn(net, work, await ownWebgpu(gpu, adapter)),
  'own-wasm': async (net, work) => startOwn(net, work, await ownWasm()),
  'jax-webgpu': (net, work) => startJax(net, work, 'webgpu'),
  'jax-wasm': (net, work) => startJax(net, work, 'wasm'),
  'tfjs-webgpu': (net, work) => startTfjs(net, work, 'webgpu'),
};

/** Libraries for browsers look for `navigator.gpu`, and one of them asks whether it is in a worker. */
function offerToLibraries(adapter: GPUAdapter): void {
  const navigator = {
    gpu: { requestAdapter: async () => adapter, getPreferredCanvasFormat: () => 'bgra8unorm' },
    userAgent: 'node',
    hardwareConcurrency: 2,
    language: 'en',
  };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  Object.assign(globalThis, { WorkerGlobalScope: class {}, self: globalThis });
}

function isProcessor({ info }: GPUAdapter): boolean {
  const name = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter || /llvmpipe|lavapipe|swiftshader|software|basic render/i.test(name);
}

const [library, net, steps] = process.argv.slice(2);
if (!libraries.includes(library as Library) || !netNames.includes(net as NetName)) {
  throw new Error(`Usage: runPeer.ts ${libraries.join('|')} ${netNames.join('|')} STEPS`);
}
console.log(JSON.stringify(await measure(library as Library, net as NetName, Number(steps))));
process.exit(0);
