/** @file Which files a Python file may import, by its text: enough for tracing, without the rest of the workspace. */
import { importedModules } from '../../trace/importScan';

/** Names of modules are made while the code runs: every file of the folder may be meant. */
const importsByName = /\b(import_module|__import__|iter_modules|walk_packages|listdir|glob)\b/;

/**
 * The entry and all that it may import, directly or not, among `files`. Rather a file too many than one too few: a
 * name is looked for from the importing file's folder upwards, as packages and scripts put different ones on `sys.path`,
 * and, where it is not there, in every folder.
 */
export function importedFiles(
  files: Readonly<Record<string, string>>,
  entry: string,
): Record<string, string> {
  const found: Record<string, string> = {};
  const waiting = [entry];
  const names = byName(files);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const text = files[path];
    if (text === undefined || path in found) continue;
    found[path] = text;
    waiting.push(...packagesOf(path));
    for (const { dots, module } of importedModules(text)) {
      const places = placesOf(module, dots, folderOf(path));
      const isThere = places.some((place) => place in files);
      waiting.push(...(isThere || dots > 0 ? places : placesAnywhere(module, names)));
    }
    if (importsByName.test(text)) waiting.push(...filesIn(folderOf(path), files));
  }
  return found;
}

function placesOf(module: string, dots: number, folder: string): string[] {
  const path = module.split('.').join('/');
  const roots = dots > 0 ? [ancestors(folder)[dots - 1] ?? ''] : ancestors(folder);
  return roots.flatMap((root) => {
    const target = root === '' ? path : `${root}/${path}`;
    return [`${target}.py`, target === '' ? '__init__.py' : `${target}/__init__.py`];
  });
}

/** Files by the last part of their modules' names. */
function byName(files: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const path of Object.keys(files)) {
    const name = path
      .replace(/(\/__init__)?\.py$/, '')
      .split('/')
      .at(-1)!;
    const same = found.get(name);
    if (same) same.push(path);
    else found.set(name, [path]);
  }
  return found;
}

/** `src/pkg/layer.py` for `pkg.layer`. */
function placesAnywhere(module: string, names: ReadonlyMap<string, readonly string[]>): string[] {
  const path = module.split('.').join('/');
  const same = names.get(path.slice(path.lastIndexOf('/') + 1)) ?? [];
  return same.filter((file) => file.endsWith(`/${path}.py`) || file.endsWith(`/${path}/__init__.py`));
}

/** Modules and packages of a folder. */
function filesIn(folder: string, files: Readonly<Record<string, string>>): string[] {
  return Object.keys(files).filter((file) => {
    const around = folderOf(file);
    return (
      around === folder || (folderOf(around) === folder && around !== '' && file.endsWith('/__init__.py'))
    );
  });
}

/** Importing a module runs the `__init__.py` of every folder around it. */
function packagesOf(path: string): string[] {
  return ancestors(folderOf(path)).map((folder) => (folder === '' ? '__init__.py' : `${folder}/__init__.py`));
}

/** The folder itself first, '' last. */
function ancestors(folder: string): string[] {
  const parts = folder === '' ? [] : folder.split('/');
  return Array.from({ length: parts.length + 1 }, (_, index) =>
    parts.slice(0, parts.length - index).join('/'),
  );
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
