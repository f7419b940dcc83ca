/** @file Which shapes each line of a file makes, for inlay hints: a pure view of a trace's result. */
import type { TraceResult, TypeTree } from '../core/graph/tracedModel';
import { groupBy } from '../core/groupBy';
import { contains, type LayerPlace, layerPlaces } from './layerPlaces';

export interface LineHint {
  /** From 1: where the outermost expression ends. */
  readonly line: number;
  /** From 0, in UTF-16 units. */
  readonly endColumn: number;
  /** One for each time the expression was evaluated, or the layers of the line were called; in order. */
  readonly outputs: readonly TypeTree[];
  /** The module called each time; null where the expression is no module call. */
  readonly paths: readonly (string | null)[];
  /** Size of the first dimension of the model's input. */
  readonly batch: number | null;
  /** Whether neighbours that are alike are one thing used again: not so where a line builds several layers. */
  readonly isOneThing: boolean;
}

/**
 * A line's hint is what its outermost traced expression gives: `x = down(x)` in a loop has one output a turn. A line
 * that several models run is told by the first of them. Lines that only a call that failed ran are told up to the
 * error. A line that builds layers tells what they give where they are called.
 *
 * @param text of the file as it was traced
 */
export function shapeHints(result: TraceResult, file: string, text?: string): LineHint[] {
  const lines = groupBy(layerPlaces(result, file, text), ({ range }) => range.endLine);
  return [...lines].map(([line, places]) => lineHint(line, places)).sort((a, b) => a.line - b.line);
}

function lineHint(line: number, places: readonly LayerPlace[]): LineHint {
  const told = toldBy(places);
  const uses = told.flatMap((place) => place.uses);
  if (told.length > 1) uses.sort((a, b) => (a.call?.firstNode ?? 0) - (b.call?.firstNode ?? 0));
  return {
    line,
    endColumn: told.at(-1)!.range.endColumn,
    outputs: uses.map(({ output }) => output),
    paths: uses.map(({ call }) => call?.path ?? null),
    batch: uses[0]!.traced.graph.inputs[0]?.shape[0] ?? null,
    isOneThing: told.length === 1,
  };
}

/** The widest expression; else the attribute; else what the line builds, several layers of a list included. */
function toldBy(places: readonly LayerPlace[]): readonly LayerPlace[] {
  const of = (kind: LayerPlace['kind']) => places.filter((place) => place.kind === kind);
  const [expression] = of('expression').sort((a, b) => compareExtent(b.range, a.range));
  if (expression) return [expression];
  const attributes = of('attribute');
  if (attributes.length > 0) return attributes.slice(-1);
  const built = of('construction');
  return built
    .filter(({ range }) => !built.some((other) => other.range !== range && contains(other.range, range)))
    .sort((a, b) => a.range.endColumn - b.range.endColumn);
}

/** Positive where `a` reaches further than `b`; both end on one line. */
function compareExtent(a: LayerPlace['range'], b: LayerPlace['range']): number {
  return b.line - a.line || a.endColumn - a.column - (b.endColumn - b.column) || b.column - a.column;
}
