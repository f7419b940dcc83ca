/** @file The Python files that a model file may import, for tracing. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { decodePython } from './decodePython';
import { type DiskResult, diskError } from './diskResult';
import { isThere } from './isThere';
import { listFiles } from './listFiles';

/** `files` and `entry` of a `TraceRequest`. */
export interface PythonFiles {
  /** Text by POSIX path relative to `root`. */
  readonly files: Readonly<Record<string, string>>;
  readonly entry: string;
  /** Absolute folder that the paths start at. */
  readonly root: string;
}

const MAX_FILE_BYTES = 1024 * 1024;
const MAX_TOTAL_BYTES = 16 * 1024 * 1024;
const LIMITS = { maxFiles: 2000, maxDepth: 10 };

const SKIPPED = new Set([
  'node_modules',
  'venv',
  'env',
  'virtualenv',
  'site-packages',
  'dist-packages',
  '__pycache__',
  'build',
  'dist',
]);

/**
 * The entry and every other .py file below `root`, nearest folders of the entry first where there are too many. An entry
 * that does not lie below `root` (or `root` null) starts at the folder above its outermost package, as Python's
 * `sys.path` would.
 * @param root the workspace folder, or null
 */
export async function readPythonFiles(root: string | null, entry: string): Promise<DiskResult<PythonFiles>> {
  const entryPath = resolve(root ?? process.cwd(), entry);
  const isBelow = root !== null && !relative(root, entryPath).startsWith('..');
  const importRoot = await folderAbovePackages(entryPath);
  const start = isBelow ? resolve(root) : importRoot;
  const key = (path: string): string => relative(start, path).split(sep).join('/');
  const files: Record<string, string> = {};
  try {
    const { size } = await stat(entryPath);
    if (size > MAX_FILE_BYTES) {
      return { error: `${entryPath} is ${Math.round(size / 1024)} KB; model files of up to 1 MB are read` };
    }
    files[key(entryPath)] = decodePython(await readFile(entryPath));
  } catch (cause) {
    return diskError(`cannot read the model file ${entryPath}`, cause);
  }
  let total = 0;
  for (const folder of new Set([importRoot, start])) {
    for (const path of await pythonFilesBelow(folder)) {
      const name = key(path);
      if (Object.hasOwn(files, name) || name.startsWith('..')) continue;
      const text = await readSmall(path);
      if (text === null) continue;
      total += text.length;
      if (total > MAX_TOTAL_BYTES) return { ok: { files, entry: key(entryPath), root: start } };
      files[name] = text;
    }
  }
  return { ok: { files, entry: key(entryPath), root: start } };
}

/** The first folder up from the file that is no package, as it has no `__init__.py`. */
export async function folderAbovePackages(file: string): Promise<string> {
  let folder = dirname(resolve(file));
  while (dirname(folder) !== folder && (await isThere(join(folder, '__init__.py')))) folder = dirname(folder);
  return folder;
}

async function pythonFilesBelow(folder: string): Promise<string[]> {
  const virtual = new Set<string>();
  try {
    const { paths } = await listFiles(folder, {
      ...LIMITS,
      skipFolder: (name) => name.startsWith('.') || SKIPPED.has(name),
      wanted: (name) => (name.endsWith('.py') && !name.startsWith('.')) || name === 'pyvenv.cfg',
    });
    for (const path of paths) if (basename(path) === 'pyvenv.cfg') virtual.add(dirname(path));
    const inVirtual = (path: string): boolean => [...virtual].some((each) => path.startsWith(`${each}/`));
    return paths.filter((path) => path.endsWith('.py') && !inVirtual(path)).map((path) => join(folder, path));
  } catch {
    return [];
  }
}

async function readSmall(path: string): Promise<string | null> {
  try {
    const { size } = await stat(path);
    return size > MAX_FILE_BYTES ? null : decodePython(await readFile(path));
  } catch {
    return null;
  }
}
