import { expect, test } from 'vitest';
import { OnnxEmitter } from '../../../src/core/onnx/onnxEmitter';

test('equal nodes and equal small constants are kept once', () => {
  const onnx = new OnnxEmitter();
  const first = onnx.add('Mul', ['x', onnx.float(2)]);
  const again = onnx.add('Mul', ['x', onnx.float(2)]);
  const other = onnx.add('Mul', ['x', onnx.float(3)]);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
  expect(onnx.nodes).toHaveLength(2);
  expect(onnx.initializers).toHaveLength(2);
});

test('constants differ by type and shape, not by value alone', () => {
  const onnx = new OnnxEmitter();
  const names = [onnx.float(1), onnx.double(1), onnx.ints([1]), onnx.ints([1], []), onnx.floats([1], [1])];
  expect(new Set(names).size).toBe(5);
});

test('absent inputs are dropped at the end and kept between', () => {
  const onnx = new OnnxEmitter();
  onnx.add('Conv', ['x', 'w', '']);
  onnx.add('Clip', ['x', '', 'max']);
  expect(onnx.nodes.map(({ inputs }) => inputs)).toEqual([
    ['x', 'w'],
    ['x', '', 'max'],
  ]);
});

test('attributes are typed by how they are spelled, and a dotted op names its domain', () => {
  const onnx = new OnnxEmitter();
  onnx.add('com.microsoft.Gelu', ['x'], { axis: 1, alpha: { float: 1 }, mode: 'tanh', pads: [0, 1] });
  expect(onnx.nodes[0]).toMatchObject({
    op: 'Gelu',
    domain: 'com.microsoft',
    attributes: { axis: { int: 1 }, alpha: { float: 1 }, mode: { string: 'tanh' }, pads: { ints: [0, 1] } },
  });
});
