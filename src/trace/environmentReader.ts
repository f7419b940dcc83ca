/**
 * @file Reads packages of a Python environment for the sandbox: what there is by name, and the sources of modules with
 * all that they may import. It runs in the worker's thread, outside of the realm, and only `.py` files below the
 * environment's folders are ever opened.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PythonEnvironment } from '../core/graph/tracedModel';
import { importedModules } from './importScan';

export interface Offer {
  /** Top-level modules and packages. */
  readonly offered: readonly string[];
  /** Those that are there, but cannot be run. */
  readonly compiled: readonly string[];
  /** By normalised distribution name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Paths are relative to the folder of packages; modules are dotted. */
export interface Sources {
  readonly files: Record<string, string>;
  /** Packages without `__init__.py`. */
  readonly folders: string[];
  readonly compiled: string[];
  readonly absent: string[];
}

const MAX_FILE_BYTES = 2 * 1024 * 1024;
/** What one request reads beyond the modules that it names; the rest is asked for when it is needed. */
const MAX_READ_AHEAD = 16 * 1024 * 1024;
const MAX_TOTAL = 64 * 1024 * 1024;

/** What they compute is compiled; reading hundreds of files to find that out helps nobody. */
const compiledAtHeart = new Set(
  (
    'numpy scipy pandas cv2 PIL sklearn skimage matplotlib h5py numba llvmlite triton tensorflow jax jaxlib onnx ' +
    'onnxruntime pyarrow lxml tokenizers xformers flash_attn apex cupy torchaudio torchtext psutil'
  ).split(' '),
);
/** Its tensors are always ours. */
const neverRead = new Set([
  'torch',
  'functorch',
  'torchgen',
  'pkg_resources',
  'setuptools',
  'pip',
  '_distutils_hack',
]);

export class EnvironmentReader {
  /** Top-level name → the folder of packages that has it. */
  readonly #homes = new Map<string, string>();
  readonly #compiled = new Set<string>();
  readonly #versions: Record<string, string> = {};
  readonly #listings = new Map<string, ReadonlyMap<string, 'file' | 'folder'>>();
  readonly #answered = new Set<string>();
  #total = 0;

  constructor({ folders }: PythonEnvironment) {
    for (const folder of folders) {
      for (const [entry, kind] of this.#list(folder)) {
        const distribution = /^(.+?)-(\d[^-]*)(?:-py[\d.]+)?\.(?:dist|egg)-info$/.exec(entry);
        if (distribution) this.#versions[normalised(distribution[1]!)] ??= distribution[2]!;
        const [name = '', ...suffix] = entry.split('.');
        if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) || name === '__pycache__' || neverRead.has(name))
          continue;
        const isSource = suffix.join() === (kind === 'file' ? 'py' : '');
        if (isSource && !compiledAtHeart.has(name)) this.#homes.set(name, this.#homes.get(name) ?? folder);
        else if (isSource || (kind === 'file' && /^(so|pyd)$/.test(suffix.at(-1) ?? '')))
          this.#compiled.add(name);
      }
    }
  }

  get offer(): Offer {
    const compiled = [...this.#compiled].filter((name) => !this.#homes.has(name));
    return { offered: [...this.#homes.keys()], compiled, versions: this.#versions };
  }

  /** Sources of modules, of what they may import, and of the packages around, as far as they were not given before. */
  read(modules: readonly string[]): Sources {
    const sources: Sources = { files: {}, folders: [], compiled: [], absent: [] };
    const named = new Set(modules);
    const waiting = [...modules].reverse();
    let readAhead = 0;
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (this.#answered.has(name) || (readAhead > MAX_READ_AHEAD && !named.has(name))) continue;
      const found = this.#find(name);
      if (found !== null || named.has(name)) this.#answered.add(name);
      if (found === 'folder') sources.folders.push(name.replaceAll('.', '/'));
      else if (found === 'compiled') sources.compiled.push(name);
      else if (found === null) {
        if (named.has(name)) sources.absent.push(name);
        continue;
      } else {
        sources.files[found.path] = found.text;
        readAhead += found.text.length;
        waiting.push(...this.#importsOf(name, found));
      }
      if (name.includes('.')) waiting.push(name.slice(0, name.lastIndexOf('.')));
    }
    return sources;
  }

  #importsOf(name: string, { path, text }: { path: string; text: string }): string[] {
    const around = path.endsWith('/__init__.py') ? name.split('.') : name.split('.').slice(0, -1);
    return importedModules(text)
      .map(({ dots, module }) => {
        if (dots === 0) return module;
        const base = around.slice(0, around.length - dots + 1);
        return [...base, ...(module === '' ? [] : [module])].join('.');
      })
      .filter((each) => this.#homes.has(topOf(each)));
  }

  #find(name: string): { path: string; text: string } | 'folder' | 'compiled' | null {
    const home = this.#homes.get(topOf(name));
    if (home === undefined || !/^[\p{L}\p{N}_.]+$/u.test(name) || name.includes('..')) return null;
    const parts = name.split('.');
    const last = parts.pop()!;
    const around = this.#list(join(home, ...parts));
    const place = [...parts, last];
    if (around.get(last) === 'folder') {
      const inside = this.#list(join(home, ...place));
      if (inside.has('__init__.py')) return this.#text(home, [...place, '__init__.py']);
      return around.has(`${last}.py`) ? this.#text(home, [...parts, `${last}.py`]) : 'folder';
    }
    if (around.has(`${last}.py`)) return this.#text(home, [...parts, `${last}.py`]);
    const binary = new RegExp(`^${last}(\\.[\\w-]+)*\\.(so|pyd)$`);
    return [...around.keys()].some((file) => binary.test(file)) ? 'compiled' : null;
  }

  #text(home: string, parts: readonly string[]): { path: string; text: string } | null {
    const path = join(home, ...parts);
    try {
      const { size } = statSync(path);
      this.#total += size;
      if (size > MAX_FILE_BYTES || this.#total > MAX_TOTAL) return null;
      return { path: parts.join('/'), text: readFileSync(path, 'utf8') };
    } catch {
      return null;
    }
  }

  #list(folder: string): ReadonlyMap<string, 'file' | 'folder'> {
    let listing = this.#listings.get(folder);
    if (!listing) {
      listing = new Map(namesIn(folder));
      this.#listings.set(folder, listing);
    }
    return listing;
  }
}

function namesIn(folder: string): [string, 'file' | 'folder'][] {
  try {
    return readdirSync(folder, { withFileTypes: true }).map((entry) => {
      // Package managers may link to a cache.
      const isFolder = entry.isSymbolicLink()
        ? statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory()
        : entry.isDirectory();
      return [entry.name, isFolder ? 'folder' : 'file'];
    });
  } catch {
    return [];
  }
}

function topOf(module: string): string {
  return module.split('.', 1)[0]!;
}

/** As `importlib.metadata` compares names of distributions. */
function normalised(name: string): string {
  return name
    .replace(/[-_.]+/g, '-')
    .toLowerCase()
    .replaceAll('-', '_');
}
