/** @file `cnnlab export RUN`: the weights for PyTorch, or the whole model as ONNX. */
import { exportOnnx } from '../core/onnx/exportOnnx';
import { weightsFor } from '../engine/checkpoint';
import { writeOutputFile } from './outputFile';
import { readStoredModel } from './storedModel';

export type ExportFormat = 'safetensors' | 'onnx';

export interface ExportOptions {
  readonly run: string;
  readonly format: ExportFormat;
  readonly out: string;
  readonly slot: 'best' | 'last';
}

export async function exportCommand(options: ExportOptions, print: (line: string) => void): Promise<number> {
  const { record, graph, weights } = await readStoredModel(options.run, options.slot);
  let bytes = weights;
  if (options.format === 'onnx') {
    const states = graph.inputs.filter(({ kind }) => kind === 'state');
    const specs = states.map(({ name, value }) => ({ name, type: graph.values[value]! }));
    bytes = exportOnnx(graph, {
      weights: weightsFor(weights, specs),
      names: { input0: 'input', output0: 'output' },
      modelName: record.model.class,
    });
  }
  await writeOutputFile(options.out, bytes);
  print(
    `${record.model.class}, ${record.model.parameters.toLocaleString('en-US')} parameters → ${options.out}`,
  );
  return 0;
}
