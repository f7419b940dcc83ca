/** @file Prints every registry example as JSON, for make_op_goldens.py: [{op, inputs, attributes, differentiable}]. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('../../src/core/ops/registry.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  write: false,
});
const { registry } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
const cases = Object.entries(registry).flatMap(([op, { examples, gradient }]) =>
  examples.map(({ inputs, attributes }) => ({ op, inputs, attributes, differentiable: gradient !== null })),
);
console.log(JSON.stringify(cases));
