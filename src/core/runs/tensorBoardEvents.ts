/**
 * @file TensorBoard's event file, scalars only: TFRecord frames around `Event` messages
 * (tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto).
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { maskedCrc32c } from './crc32c';
import type { TrainEvent } from './run';

/** The record that every event file begins with. @param seconds since 1970 */
export function fileVersionRecord(seconds: number): Uint8Array<ArrayBuffer> {
  const event = new BinaryWriter();
  event.tag(1, WireType.Bit64).double(seconds);
  event.tag(3, WireType.LengthDelimited).string('brain.Event:2');
  return frame(event.finish());
}

/** One record with the event's scalars; null for events that have none. @param seconds since 1970 */
export function scalarRecord(event: TrainEvent, seconds: number): Uint8Array<ArrayBuffer> | null {
  const scalars = scalarsOf(event);
  if (scalars.length === 0 || !('step' in event)) return null;
  const summary = new BinaryWriter();
  for (const [tag, value] of scalars) {
    summary.tag(1, WireType.LengthDelimited).fork();
    summary.tag(1, WireType.LengthDelimited).string(tag);
    summary.tag(2, WireType.Bit32).float(value);
    summary.join();
  }
  const message = new BinaryWriter();
  message.tag(1, WireType.Bit64).double(seconds);
  message.tag(2, WireType.Varint).int64(event.step);
  message.tag(5, WireType.LengthDelimited).bytes(summary.finish());
  return frame(message.finish());
}

/** `step/loss`, `step/lr`, then by epoch `train/dice`, `validation/dice`, …. */
function scalarsOf(event: TrainEvent): (readonly [tag: string, value: number])[] {
  if (event.kind === 'step') {
    const metrics = Object.entries(event.metrics).map(([name, value]) => [`step/${name}`, value] as const);
    return [['step/loss', event.loss], ['step/lr', event.lr], ...metrics];
  }
  if (event.kind !== 'epoch') return [];
  const tagged = (part: 'train' | 'validation') =>
    Object.entries(event[part]).map(([name, value]) => [`${part}/${name}`, value] as const);
  return [...tagged('train'), ...tagged('validation')];
}

/** Length (uint64), its checksum, data, its checksum; all little-endian. */
function frame(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}
