/** @file Which files a Python file may import, by its text: enough for tracing, without the rest of the workspace. */
import { importedModules } from '../../trace/importScan';

/**
 * The entry and all that it may import, directly or not, among `files`. Rather a file too many than one too few: a
 * name is looked for from the importing file's folder upwards, as packages and scripts put different ones on `sys.path`.
 */
export function importedFiles(
  files: Readonly<Record<string, string>>,
  entry: string,
): Record<string, string> {
  const found: Record<string, string> = {};
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const text = files[path];
    if (text === undefined || path in found) continue;
    found[path] = text;
    waiting.push(...packagesOf(path));
    for (const { dots, module } of importedModules(text)) {
      waiting.push(...placesOf(module, dots, folderOf(path)));
    }
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
