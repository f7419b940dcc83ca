/** @file Which modules a Python text may import, by its text alone. */

const importLine = /^[ \t]*import[ \t]+([^\n#]+)/gm;
const fromLine = /^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n#]+)/gm;

export interface ImportedModule {
  /** Of a relative import: 1 is the package of the importing file. */
  readonly dots: number;
  readonly module: string;
}

/** `from .a import b, c` may mean the modules `.a`, `.a.b` and `.a.c`. */
export function importedModules(text: string): ImportedModule[] {
  const modules: ImportedModule[] = [];
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
