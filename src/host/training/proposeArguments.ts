/** @file Constructor arguments that fit a dataset, guessed from the names that model files commonly use. */
import type { Dataset } from '../../core/dataset/dataset';
import type { ConstructorParameter, ModelArguments, ModelCandidate } from '../../core/graph/tracedModel';

const channelNames =
  /^(?:in|input|img|image|n|num)_?(?:ch|chan|chans|channel|channels|planes|features)$|^(?:channels|c_in|nc|input_shape|in_c)$/i;
const classNames =
  /^(?:out|output)_?(?:ch|chan|chans|channel|channels|planes|features|classes|shape|c)$|^(?:n|num|number_of)?_?(?:classes|labels|outputs)$|^(?:nclass|n_class|num_class|c_out)$/i;
const widthNames = /^(?:hidden|width|base|init)(?:_(?:units|channels|features|size|dim|width))?$/i;

export interface DataFacts {
  readonly channels: number;
  /** Channels of the model's output: one logit for a binary mask, else one a class. null: nothing is known of them. */
  readonly outputs: number | null;
}

/** What is known of a model's constructor, and of how the file itself calls it. */
export interface ConstructorFacts extends Pick<ModelCandidate, 'parameters'> {
  readonly example: { readonly args: ModelArguments } | null;
}

export function dataFacts({
  channels,
  task,
  classes,
}: Pick<Dataset, 'channels' | 'task' | 'classes'>): DataFacts {
  const binary = task === 'segmentation' && classes.length <= 2;
  return { channels, outputs: binary ? 1 : Math.max(1, classes.length) };
}

/**
 * The file's own example first, changed where a parameter's name says that it is about the data. What equals the
 * default is left out; a required parameter that nothing is known about stays missing, and is asked for.
 */
export function proposeArguments(
  { parameters, example }: ConstructorFacts,
  facts: DataFacts,
): ModelArguments {
  const args: Record<string, unknown> = {};
  for (const parameter of parameters) {
    const proposed = proposedValue(parameter, facts) ?? example?.args[parameter.name];
    if (proposed === undefined) continue;
    const standard = parameter.default;
    if (!standard || JSON.stringify(standard.value) !== JSON.stringify(proposed))
      args[parameter.name] = proposed;
  }
  return args;
}

function proposedValue({ name, default: standard }: ConstructorParameter, facts: DataFacts): unknown {
  // `input_shape` is a channel count in some tutorials and a whole shape in others: trust a default that says so.
  if (standard && typeof standard.value !== 'number') return undefined;
  if (channelNames.test(name)) return facts.channels;
  if (classNames.test(name)) return facts.outputs ?? undefined;
  if (!standard && widthNames.test(name)) return 16;
  return undefined;
}

/** Names of parameters that have neither a default nor a value. */
export function missingArguments(
  parameters: readonly ConstructorParameter[],
  args: ModelArguments,
): string[] {
  return parameters
    .filter(({ name, default: standard }) => !standard && !(name in args))
    .map(({ name }) => name);
}
