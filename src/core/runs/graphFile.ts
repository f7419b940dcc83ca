/** @file `graph.json`: the evaluation graph for one image, so that a run predicts without tracing its model again. */
import type { Graph } from '../graph/ir';

/** JSON has no infinities, which the attributes of a graph may hold. */
const INFINITIES: Readonly<Record<string, number>> = {
  '@Infinity': Number.POSITIVE_INFINITY,
  '@-Infinity': Number.NEGATIVE_INFINITY,
  '@NaN': Number.NaN,
};

export function graphToJson(graph: Graph): string {
  return JSON.stringify({ schema: 1, graph }, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? `@${value}` : value,
  );
}

export function graphFromJson(text: string): { readonly ok: Graph } | { readonly error: string } {
  try {
    const { schema, graph } = JSON.parse(text, (_key, value: unknown) =>
      typeof value === 'string' && value in INFINITIES ? INFINITIES[value] : value,
    ) as { readonly schema: number; readonly graph: Graph };
    if (schema !== 1) return { error: `graph.json has schema ${schema}; this version reads schema 1` };
    return { ok: graph };
  } catch (cause) {
    return { error: `graph.json is damaged (${(cause as Error).message})` };
  }
}
