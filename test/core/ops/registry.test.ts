import { describe, expect, test } from 'vitest';
import type { TensorType } from '../../../src/core/graph/ir';
import { print } from '../../../src/core/graph/print';
import { verify } from '../../../src/core/graph/verify';
import type { OpName } from '../../../src/core/ops/attributes';
import type { OptionalType } from '../../../src/core/ops/opDefinition';
import { registry } from '../../../src/core/ops/registry';
import { removeDeadNodes } from '../../../src/core/passes/removeDeadNodes';
import { forwardGraph, goldenNames, gradientGraph, readOpGoldens } from '../../golden/opGoldens';

const goldens = readOpGoldens();
const names = goldenNames(goldens);
const typesOf = (tensors: readonly (TensorType | null)[]) =>
  tensors.map((tensor) => tensor && { shape: tensor.shape, dtype: tensor.dtype });
const outputTypes = (graph: ReturnType<typeof forwardGraph>, prefix: string) =>
  Object.fromEntries(
    graph.outputs
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, value }) => [name, graph.values[value]]),
  );

describe('the op registry', () => {
  test('has an example and a sentence for every op', () => {
    for (const [op, { doc, examples }] of Object.entries(registry)) {
      expect(examples.length, op).toBeGreaterThan(0);
      expect(doc, op).toMatch(/\.$/);
    }
  });

  test('has a golden of every example, but for dropout_mask, which PyTorch lacks', () => {
    const examples = (Object.keys(registry) as OpName[])
      .filter((op) => op !== 'dropout_mask')
      .flatMap((op) =>
        registry[op].examples.map(
          (example: { readonly inputs: readonly OptionalType[]; readonly attributes: unknown }) => ({
            op,
            inputs: typesOf(example.inputs),
            attributes: example.attributes,
          }),
        ),
      );
    expect(
      goldens.map(({ op, inputs, attributes }) => ({ op, inputs: typesOf(inputs), attributes })),
    ).toEqual(examples);
  });

  test.each(names)('%s has the output types of PyTorch', (name) => {
    const golden = goldens[names.indexOf(name)]!;
    const graph = forwardGraph(golden);
    verify(graph);
    const expected = typesOf(golden.outputs).map((type, index) => [`output${index}`, type]);
    expect(outputTypes(graph, 'output')).toEqual(Object.fromEntries(expected));
  });

  const differentiable = names.filter((_, index) => goldens[index]!.gradInputs);
  test.each(differentiable)('%s has gradients of the types of its inputs', (name) => {
    const golden = goldens[names.indexOf(name)]!;
    const graph = gradientGraph(golden);
    verify(graph);
    verify(removeDeadNodes(graph));
    const expected = golden.gradInputs!.flatMap((gradient, index) =>
      gradient ? [[`grad_input${index}`, { shape: gradient.shape, dtype: 'float32' }]] : [],
    );
    expect(outputTypes(graph, 'grad_input')).toEqual(Object.fromEntries(expected));
  });

  test('says which gradient each family builds', async () => {
    const shown = [
      'conv2d #3',
      'conv_transpose2d #3',
      'linear #2',
      'batch_norm #0',
      'batch_norm #1',
      'cat #0',
    ];
    const text = shown.map((name) => {
      const graph = removeDeadNodes(gradientGraph(goldens[names.indexOf(name)]!));
      return `# ${name}\n${print(graph)}`;
    });
    await expect(text.join('\n')).toMatchFileSnapshot('./gradients.snap.txt');
  });

  test('counts multiply–accumulates as weights read times places', () => {
    const macs = (op: 'conv2d' | 'conv_transpose2d' | 'linear' | 'matmul', example: number) => {
      const { inputs, attributes } = registry[op].examples[example]!;
      const definition = registry[op] as (typeof registry)['conv2d'];
      const convolution = attributes as (typeof registry)['conv2d']['examples'][number]['attributes'];
      return definition.macs!(inputs, definition.infer(inputs, convolution), convolution);
    };
    // 2×4×5×6 outputs of 3·3·3 products
    expect(macs('conv2d', 0)).toBe(2 * 4 * 5 * 6 * 27);
    // two groups of 2 input channels
    expect(macs('conv2d', 3)).toBe(2 * 6 * 4 * 3 * 2 * 9);
    // 2×4×3×5 inputs, each stamped 3·2·2 times
    expect(macs('conv_transpose2d', 0)).toBe(2 * 4 * 3 * 5 * 12);
    expect(macs('linear', 0)).toBe(3 * 4 * 5);
    expect(macs('matmul', 1)).toBe(2 * 3 * 4 * 5);
  });
});
