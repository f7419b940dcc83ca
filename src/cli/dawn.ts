/** @file WebGPU in Node: loads Dawn (npm `webgpu`) and picks the best Vulkan driver of this machine. */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface DawnAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  /** For people: the adapter's name, and how it was chosen. */
  readonly description: string;
}

/** Where `src/build/lavapipe.mjs` leaves Mesa's software driver for systems whose own Mesa is too old for Dawn. */
export function cachedLavapipe(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cnn-lab', 'lavapipe', 'lvp_icd.json');
}

const swiftShaders = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
  '/opt/microsoft/msedge/vk_swiftshader_icd.json',
];

const systemDriverFolders = [
  '/etc/vulkan/icd.d',
  '/usr/share/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  join(homedir(), '.local/share/vulkan/icd.d'),
];

/** `driver` null: whatever the Vulkan loader (or Metal, or Direct3D) finds by itself. */
interface Candidate {
  readonly driver: string | null;
  readonly origin: string;
}

/** Best first. An explicit choice in the environment is the only candidate: a wish is not to be second-guessed. */
function candidates(): Candidate[] {
  const chosen = process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES;
  if (chosen) return [{ driver: null, origin: `VK_ICD_FILENAMES=${chosen}` }];
  if (process.platform !== 'linux') return [{ driver: null, origin: 'system driver' }];
  const hasSystemDriver = systemDriverFolders.some(
    (folder) => existsSync(folder) && readdirSync(folder).length > 0,
  );
  return [
    // The loader is noisy on stderr where it finds nothing, so it is asked only where there is something.
    ...(hasSystemDriver ? [{ driver: null, origin: 'system driver' }] : []),
    ...[cachedLavapipe()].filter(existsSync).map((driver) => ({ driver, origin: 'lavapipe, on the CPU' })),
    ...swiftShaders
      .filter(existsSync)
      .map((driver) => ({ driver, origin: 'SwiftShader of Chromium, on the CPU' })),
  ];
}

// Dawn frees an instance, and every device made from it, once its GPU object is collected.
const keptAlive: GPU[] = [];

/**
 * Gives WebGPU in Node, and defines its globals (`GPUBufferUsage`, `GPUMapMode`, …) on `globalThis`. The first of
 * these that gives an adapter is taken: the driver named by `VK_ICD_FILENAMES` or `VK_DRIVER_FILES` (then no other is
 * tried), the system's driver, Mesa's lavapipe in our cache folder, Chromium's SwiftShader.
 * @throws Error where none does, with what was tried and what to install.
 */
export async function requestDawnAdapter(): Promise<DawnAdapter> {
  const { create, globals } = await loadDawn();
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  // The loader warns where this is missing, as it is in containers; nothing of ours is written there.
  process.env.XDG_RUNTIME_DIR ||= '/tmp';
  const tried: string[] = [];
  for (const { driver, origin } of candidates()) {
    // The Vulkan loader reads its environment when an instance is made, hence before `create`.
    if (driver !== null) process.env.VK_ICD_FILENAMES = driver;
    const gpu = create([]);
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (driver !== null) delete process.env.VK_ICD_FILENAMES;
    if (adapter) {
      keptAlive.push(gpu);
      const { description, device, vendor } = adapter.info;
      return { gpu, adapter, description: `${description || device || vendor} (${origin})` };
    }
    tried.push(driver ?? origin);
  }
  throw new Error(
    `Found no WebGPU adapter in Node${tried.length > 0 ? ` (tried ${tried.join(', ')})` : ''}. ` +
      'Install a Vulkan driver and its loader, or Chromium, whose software driver will do (Debian: apt-get install ' +
      'libvulkan1 chromium), or set VK_ICD_FILENAMES to the json file of a driver. Mesa must be 24 or newer.',
  );
}

async function loadDawn(): Promise<typeof import('webgpu')> {
  try {
    return await import('webgpu');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `WebGPU in Node needs the npm package "webgpu", which did not load: ${reason}. ` +
        'Run `npm ci` in the folder that holds dist/cli.js, or choose the wasm device.',
    );
  }
}
