/** @file All lints, and the advice that they give about a trace. */
import type { Diagnostic, TracedModel } from '../graph/tracedModel';
import { biasBeforeBatchNorm } from './biasBeforeBatchNorm';
import { inputNotDivisible } from './inputNotDivisible';
import { layerReused } from './layerReused';
import type { Lint, LintCode } from './lint';
import { ModelSource } from './modelSource';
import { sigmoidBeforeBceWithLogits, softmaxBeforeCrossEntropy, softmaxOverBatch } from './probabilities';
import { dropoutOfEverything, noOutput, repeatedActivation } from './slips';
import { unreachedParameter } from './unreachedParameter';
import { unregisteredModules } from './unregisteredModules';
import { unusedLayer } from './unusedLayer';

export const lints: Readonly<Record<LintCode, Lint>> = {
  'softmax-before-cross-entropy': softmaxBeforeCrossEntropy,
  'sigmoid-before-bce-with-logits': sigmoidBeforeBceWithLogits,
  'softmax-over-batch': softmaxOverBatch,
  'unused-layer': unusedLayer,
  'unregistered-modules': unregisteredModules,
  'bias-before-batch-norm': biasBeforeBatchNorm,
  'input-not-divisible': inputNotDivisible,
  'layer-reused': layerReused,
  'unreached-parameter': unreachedParameter,
  'dropout-of-everything': dropoutOfEverything,
  'repeated-activation': repeatedActivation,
  'no-output': noOutput,
};

export function isLintCode(code: string): code is LintCode {
  return Object.hasOwn(lints, code);
}

/** What all lints find, each place once, without what a comment on its line ignores. */
export function adviceOn(
  models: readonly TracedModel[],
  files: Readonly<Record<string, string>>,
): Diagnostic[] {
  const source = new ModelSource(files);
  const advice = new Map<string, Diagnostic>();
  for (const [code, { severity, find }] of Object.entries(lints)) {
    for (const { place, message, hint, fixes } of find(models, source)) {
      if (!(place.file in files) || source.ignores(place, code)) continue;
      const key = `${code} ${place.file}:${place.line}:${place.column}:${place.endLine}:${place.endColumn}`;
      advice.set(key, { ...place, severity, code, message, hint, ...(fixes?.length && { fixes }) });
    }
  }
  return [...advice.values()];
}
