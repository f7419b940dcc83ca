/** @file Writes an ONNX model as protobuf. Field numbers are those of onnx.proto3. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
  onnxElementType,
} from './onnxModel';

/** The newest that onnx 1.12 (Debian's, our reference) checks. */
const irVersion = 8;
const opsetVersion = 17;

/** `AttributeProto.AttributeType`. */
const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;

export function encodeOnnx(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  int(writer, 1, irVersion);
  text(writer, 2, 'cnn-lab');
  message(writer, 7, () => {
    for (const [index, node] of model.nodes.entries()) {
      message(writer, 1, () => writeNode(writer, node, `${node.op}_${index}`));
    }
    text(writer, 2, model.name);
    for (const tensor of model.initializers) message(writer, 5, () => writeTensor(writer, tensor));
    for (const input of model.inputs) message(writer, 11, () => writeValueInfo(writer, input));
    for (const output of model.outputs) message(writer, 12, () => writeValueInfo(writer, output));
  });
  const domains = new Set(['', ...model.nodes.map((node) => node.domain)]);
  for (const domain of domains) {
    message(writer, 8, () => {
      text(writer, 1, domain);
      int(writer, 2, domain === '' ? opsetVersion : 1);
    });
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    message(writer, 14, () => {
      text(writer, 1, key);
      text(writer, 2, value);
    });
  }
  return writer.finish();
}

function writeNode(writer: BinaryWriter, node: OnnxNode, name: string): void {
  for (const input of node.inputs) text(writer, 1, input);
  for (const output of node.outputs) text(writer, 2, output);
  text(writer, 3, name);
  text(writer, 4, node.op);
  for (const [key, value] of Object.entries(node.attributes)) {
    message(writer, 5, () => writeAttribute(writer, key, value));
  }
  if (node.domain !== '') text(writer, 7, node.domain);
}

function writeAttribute(writer: BinaryWriter, name: string, value: OnnxAttribute): void {
  text(writer, 1, name);
  if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    int(writer, 20, attributeType.float);
  } else if ('int' in value) {
    int(writer, 3, value.int);
    int(writer, 20, attributeType.int);
  } else if ('string' in value) {
    text(writer, 4, value.string);
    int(writer, 20, attributeType.string);
  } else {
    for (const element of value.ints) int(writer, 8, element);
    int(writer, 20, attributeType.ints);
  }
}

function writeTensor(writer: BinaryWriter, tensor: OnnxTensor): void {
  for (const size of tensor.shape) int(writer, 1, size);
  int(writer, 2, onnxElementType[tensor.type]);
  text(writer, 8, tensor.name);
  const { buffer, byteOffset, byteLength } = tensor.data;
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(buffer, byteOffset, byteLength));
}

function writeValueInfo(writer: BinaryWriter, value: OnnxValueInfo): void {
  text(writer, 1, value.name);
  message(writer, 2, () => {
    message(writer, 1, () => {
      int(writer, 1, onnxElementType[value.type]);
      message(writer, 2, () => {
        for (const size of value.shape) {
          message(writer, 1, () => (typeof size === 'string' ? text(writer, 2, size) : int(writer, 1, size)));
        }
      });
    });
  });
}

function int(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, body: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  body();
  writer.join();
}
