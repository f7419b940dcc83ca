/** @file A bias that batch normalisation takes away again. */
import type { Fix, ModuleInfo, SourceRange } from '../graph/tracedModel';
import { trainingViews } from './graphView';
import type { Finding, Lint } from './lint';
import type { ModelSource } from './modelSource';

export const biasBeforeBatchNorm: Lint = {
  doc: 'A convolution or linear layer adds a bias right before batch normalisation, which subtracts the mean and with it the bias.',
  severity: 'information',
  find(models, source) {
    const findings = new Map<string, Finding>();
    const needed = new Set<string>();
    for (const view of trainingViews(models)) {
      view.nodes.forEach((node, index) => {
        if ((node.op !== 'conv2d' && node.op !== 'linear') || node.inputs[2] == null) return;
        const call = view.callOf(index);
        const module = call && view.module(call.path);
        if (!module?.construction || !module.isLibrary) return;
        const key = JSON.stringify(module.construction);
        const next = view.onlyReader(node.outputs[0]!);
        const isTakenAway =
          next?.op === 'batch_norm' &&
          (next.attributes as { training: boolean }).training &&
          next.inputs[0] === node.outputs[0];
        if (!isTakenAway) needed.add(key);
        else findings.set(key, finding(module, module.construction, source));
      });
    }
    // A construction that other instances need the bias of is right as it is.
    return [...findings].filter(([key]) => !needed.has(key)).map(([, found]) => found);
  },
};

function finding(module: ModuleInfo, place: SourceRange, source: ModelSource): Finding {
  const fix = withoutBias(module, place, source);
  return {
    place,
    message: `The bias of this ${module.class} has no effect: the batch norm behind it subtracts the mean, bias included.`,
    hint: 'bias=False saves its parameters. Weights that were saved with it then have one entry too many.',
    fixes: fix ? [fix] : [],
  };
}

/** Positional arguments before `bias`. */
const BEFORE_BIAS: Readonly<Record<string, number>> = { Linear: 2, Conv1d: 7, Conv2d: 7 };

function withoutBias({ class: name }: ModuleInfo, place: SourceRange, source: ModelSource): Fix | null {
  const call = source.call(place);
  const text = source.text(place.file);
  if (!call || !(name in BEFORE_BIAS) || !call.callee.endsWith(name)) return null;
  const args = call.args.map(({ start, end }) => text.slice(start, end));
  if (args.some((argument) => argument.startsWith('*'))) return null;
  const title = 'Set bias=False';
  const given = args.findIndex((argument) => /^bias\s*=/.test(argument));
  if (given >= 0) {
    const { start, end } = call.args[given]!;
    return { title, edits: [source.edit(place.file, start, end, 'bias=False')] };
  }
  if (args.filter((argument) => !/^\w+\s*=[^=]/.test(argument)).length > BEFORE_BIAS[name]!) return null;
  return { title, edits: [source.edit(place.file, call.lastEnd, call.lastEnd, ', bias=False')] };
}
