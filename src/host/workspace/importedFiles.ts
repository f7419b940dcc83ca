/** @file Which files a Python file may import, by its text: enough for tracing, without the rest of the workspace. */

const importLine = /^[ \t]*import[ \t]+([^\n#]+)/gm;
const fromLine = /^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)/gm;

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

/** `from .a import b, c` may mean the modules `.a`, `.a.b` and `.a.c`. */
function importedModules(text: string): { dots: number; module: string }[] {
  const modules: { dots: number; module: string }[] = [];
  for (const [, names = ''] of text.matchAll(importLine)) {
    for (const module of nameList(names)) modules.push({ dots: 0, module });
  }
  for (const [, dots = '', module = '', names = ''] of text.matchAll(fromLine)) {
    const own = { dots: dots.length, module };
    modules.push(own);
    for (const name of nameList(names)) {
      modules.push({ ...own, module: module === '' ? name : `${module}.${name}` });
    }
  }
  return modules;
}

function nameList(text: string): string[] {
  return text
    .replace(/#[^\n]*/g, '')
    .replace(/[()\\]/g, ' ')
    .split(',')
    .map((part) => part.trim().split(/\s/)[0] ?? '')
    .filter((name) => /^[\p{L}_]/u.test(name));
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
