/** @file One traced model against what real PyTorch said of it. */
import type { Diagnostic, TracedGraph, TracedModel, TraceResult } from '../../../src/core/graph/tracedModel';
import { callsText, digest, firstDifference, parameterCount, stateText } from './canonicalText';

/** As `test/golden/make_torchvision_goldens.py` and `make_repository_goldens.py` write it. */
export interface Description {
  readonly parameters: number;
  readonly entries: number;
  readonly state: string;
  readonly train: { readonly calls: number; readonly digest: string };
  readonly eval: { readonly calls: number; readonly digest: string };
}

/** What the comparison is told of a digest that differs: PyTorch's whole text, from `--dump`, or null. */
export type Dump = () => string | null;

/** Null where all is equal, else the first difference. */
export function compareModel(wanted: Description, result: TraceResult, dump: Dump): string | null {
  const error = result.diagnostics.find(({ severity }) => severity === 'error');
  if (error) return errorText(error);
  const model = result.models[0];
  return model ? differenceOf(wanted, model, dump) : 'nothing was traced';
}

function errorText({ code, file, line, message }: Diagnostic): string {
  return `${code} at ${file}:${line}: ${message.replaceAll('\n', ' ').replaceAll('|', '\\|')}`;
}

function differenceOf(wanted: Description, model: TracedModel, dump: Dump): string | null {
  const [train, evaluation] = model.graphs as [TracedGraph, TracedGraph];
  const parameters = parameterCount(model);
  if (parameters !== wanted.parameters) return `${wanted.parameters} ≠ ${parameters} parameters`;
  const texts = [
    { name: 'state', expected: wanted.state, found: stateText(model) },
    { name: 'train', expected: wanted.train.digest, found: callsText(train.calls) },
    { name: 'eval', expected: wanted.eval.digest, found: callsText(evaluation.calls) },
  ];
  for (const { name, expected, found } of texts) {
    if (digest(found) === expected) continue;
    const whole = dump();
    if (whole === null) return `${name} differs; --dump of the script that made the goldens shows PyTorch's`;
    const sections = whole.split(/^-- (\w+)\n/m);
    const difference = firstDifference(sections[sections.indexOf(name) + 1] ?? '', found);
    return `${name}: ${difference ?? 'differs in its digest alone'}`;
  }
  return null;
}
