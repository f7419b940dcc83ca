/** @file Our engine beside other libraries: same weights, same batch, same adapter, each in a process of its own. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inRepository } from '../../src/build/repository.mjs';
import { median } from './median';
import { ensurePeerPackages } from './peers/peerPackages.mjs';
import { type NetName, netNames, netTitles, peerWork } from './peers/peerWork';
import type { Library, PeerResult } from './peers/runPeer';

export interface PeerRow extends Partial<PeerResult> {
  readonly net: string;
  readonly library: string;
  readonly milliseconds: number;
  readonly losses: readonly number[];
  /** First step with empty driver caches; null where not measured. */
  readonly coldFirstMilliseconds: number | null;
  /** Times as long as our step on the same kind of backend; above 1 is slower than us. */
  readonly ratioToOurs: number | null;
  /** Largest relative difference of a loss from PyTorch's. */
  readonly lossError: number | null;
}

export interface PeerOptions {
  readonly steps: number;
  /** Also first steps with empty driver caches: minutes more. */
  readonly cold: boolean;
  /** Refuse to measure where the adapter is the processor. */
  readonly gpu: boolean;
  readonly only?: readonly string[];
}

const peers: readonly Library[] = ['own-webgpu', 'jax-webgpu', 'tfjs-webgpu', 'own-wasm', 'jax-wasm'];

export async function peerTimes({ steps, cold, gpu, only }: PeerOptions): Promise<PeerRow[]> {
  await ensurePeerPackages();
  const rows: PeerRow[] = [];
  for (const net of netNames) {
    const reference = await pytorch(net, steps);
    const results = new Map<Library, PeerResult>();
    if (reference) {
      rows.push({
        ...reference,
        net: netTitles[net],
        library: `PyTorch ${reference.version}, 1 thread`,
        coldFirstMilliseconds: null,
        ratioToOurs: null,
        lossError: null,
      });
    }
    for (const library of peers.filter((name) => only?.includes(name) ?? true)) {
      const result = await runPeer(library, net, library === 'jax-wasm' ? Math.min(steps, 3) : steps);
      if (gpu && library.endsWith('webgpu') && result.isCpu) {
        throw new Error(
          `This was to be a measurement of a GPU, but the adapter is the processor: ${result.adapter}.`,
        );
      }
      results.set(library, result);
      const ours = results.get(library.endsWith('wasm') ? 'own-wasm' : 'own-webgpu');
      const coldRun = cold && library.endsWith('webgpu') ? await runPeer(library, net, 1, true) : null;
      rows.push({
        ...result,
        net: netTitles[net],
        library,
        coldFirstMilliseconds: coldRun?.firstMilliseconds ?? null,
        ratioToOurs: ours ? result.milliseconds / ours.milliseconds : null,
        lossError: reference ? largestError(result.losses, reference.losses) : null,
      });
    }
  }
  return rows;
}

async function runPeer(library: Library, net: NetName, steps: number, cold = false): Promise<PeerResult> {
  const program = inRepository('src/build/runTypeScript.mjs');
  const args = [program, inRepository('test/bench/peers/runPeer.ts'), library, net, String(steps)];
  // Mesa's name for it; other drivers keep caches that no variable empties.
  const env = { ...process.env, ...(cold ? { MESA_SHADER_CACHE_DISABLE: 'true' } : {}) };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 2 ** 24 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as PeerResult;
}

interface PyTorchResult {
  readonly version: string;
  readonly milliseconds: number;
  readonly losses: readonly number[];
}

/** null where no Python here has PyTorch. */
async function pytorch(net: NetName, steps: number): Promise<PyTorchResult | null> {
  const folder = mkdtempSync(join(tmpdir(), 'cnn-lab-peers-'));
  const { parameters, input, target } = peerWork(net);
  const plain = ({ shape, values }: { shape: readonly number[]; values: Float32Array }) => ({
    shape,
    values: [...values],
  });
  const work = {
    parameters: Object.fromEntries([...parameters].map(([name, tensor]) => [name, plain(tensor)])),
    input: plain(input),
    target: plain(target),
  };
  try {
    const file = join(folder, 'work.json');
    writeFileSync(file, JSON.stringify(work));
    const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
    const args = [inRepository('test/bench/peers/pytorch_peer.py'), net, file, String(steps), '1'];
    const { stdout } = await promisify(execFile)(python, args);
    const result = JSON.parse(stdout) as { version: string; milliseconds: number[]; losses: number[] };
    return { ...result, milliseconds: median(result.milliseconds) };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function largestError(losses: readonly number[], reference: readonly number[]): number {
  return Math.max(...reference.map((loss, i) => Math.abs(losses[i]! / loss - 1)));
}
