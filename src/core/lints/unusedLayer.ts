/** @file Layers that nothing calls. */
import type { ModuleInfo, TracedModel } from '../graph/tracedModel';
import { parentPath } from './graphView';
import type { Finding, Lint } from './lint';
import type { ModelSource } from './modelSource';

export const unusedLayer: Lint = {
  doc: 'A layer is built, and no line calls it or speaks of it again.',
  severity: 'warning',
  find(models, source) {
    const findings = new Map<string, Finding>();
    const used = new Set<string>();
    for (const model of models) {
      const calls = calledPaths(model);
      const reported: string[] = [];
      for (const module of model.modules) {
        const { construction, path } = module;
        if (path === '' || !construction) continue;
        const key = `${construction.file}:${construction.line}:${construction.column}`;
        if (calls.has(path)) used.add(key);
        else if (
          !reported.some((above) => path.startsWith(`${above}.`)) &&
          isForgotten(module, model, source)
        ) {
          reported.push(path);
          findings.set(key, finding(module));
        }
      }
    }
    return [...findings].filter(([key]) => !used.has(key)).map(([, found]) => found);
  },
};

/** Modules that were called in some mode, or whose weights some op reads, with all that holds them. */
function calledPaths({ graphs }: TracedModel): Set<string> {
  const paths = new Set<string>();
  const add = (path: string): void => {
    for (let at = path; at !== '' && !paths.has(at); at = parentPath(at)) paths.add(at);
  };
  for (const { calls, graph } of graphs) {
    for (const { path } of calls) add(path);
    for (const { kind, name } of graph.inputs) if (kind === 'state') add(parentPath(name));
  }
  return paths;
}

/** Held by a module of the user's that was called, under a name that stands nowhere else: not in a branch, not in a loop. */
function isForgotten({ path, aliases }: ModuleInfo, model: TracedModel, source: ModelSource): boolean {
  const holder = model.modules.find((module) => module.path === parentPath(path));
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (!holder || holder.isLibrary || aliases.length > 0 || /^\d/.test(name)) return false;
  const isHolderCalled = model.graphs.some(({ calls }) => calls.some((call) => call.path === holder.path));
  return isHolderCalled && !source.usesName(name);
}

function finding({ path, class: className, construction }: ModuleInfo): Finding {
  const name = path.slice(path.lastIndexOf('.') + 1);
  return {
    place: construction!,
    message: `self.${name} (${className}) is never used.`,
    hint: 'Call it in forward, or remove it: its weights would be saved and never trained.',
  };
}
