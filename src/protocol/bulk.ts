/**
 * @file Large arrays in pieces. A checkpoint of a U-Net with 31 million parameters is some 370 MB with its optimizer: as
 * one message it would hold up the extension host and everything queued behind it for seconds.
 */
import type { CheckpointEvent, TrainEvent } from '../core/runs/run';

export interface BulkPiece {
  readonly bulk: string;
  /** Length of the whole array, in bytes. */
  readonly byteLength: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Stands in an event for the array whose pieces went ahead of it. */
export interface BulkReference {
  readonly bulk: string;
}

export type WireEvent =
  | Exclude<TrainEvent, CheckpointEvent>
  | (Omit<CheckpointEvent, 'weights' | 'trainerState'> & {
      readonly weights: BulkReference;
      readonly trainerState: BulkReference;
    });

const PIECE_BYTES = 2 ** 20;

/** Far beyond any state that fits a GPU's buffers or WebAssembly's memory; a larger claim is a mistake. */
const MAX_BYTES = 2 ** 33;

let bulks = 0;

/** In order of offset; at least one, also for an empty array. `sender` tells pages apart that share a host. */
export function* inPieces(bytes: Uint8Array, sender: string): Generator<BulkPiece> {
  const bulk = `${sender}.${++bulks}`;
  const { byteLength } = bytes;
  let offset = 0;
  do {
    yield { bulk, byteLength, offset, bytes: bytes.slice(offset, offset + PIECE_BYTES) };
    offset += PIECE_BYTES;
  } while (offset < byteLength);
}

/** Puts pieces together again. */
export class BulkInbox {
  readonly #arriving = new Map<string, { readonly whole: Uint8Array<ArrayBuffer>; filled: number }>();

  /** A piece that is out of order spoils its array, which is then never complete. */
  add({ bulk, byteLength, offset, bytes }: BulkPiece): void {
    if (offset === 0 && byteLength <= MAX_BYTES) {
      this.#arriving.set(bulk, { whole: new Uint8Array(byteLength), filled: 0 });
    }
    const arriving = this.#arriving.get(bulk);
    if (!arriving || arriving.filled !== offset || offset + bytes.length > arriving.whole.length) return;
    arriving.whole.set(bytes, offset);
    arriving.filled += bytes.length;
  }

  /** The events up to the first whose arrays are not all there: the sender will send the rest again. */
  open(events: readonly WireEvent[]): TrainEvent[] {
    const opened: TrainEvent[] = [];
    for (const event of events) {
      if (event.kind !== 'checkpoint') {
        opened.push(event);
        continue;
      }
      const weights = this.#take(event.weights);
      const trainerState = this.#take(event.trainerState);
      if (!weights || !trainerState) break;
      opened.push({ ...event, weights, trainerState });
    }
    return opened;
  }

  /** Forgets what is half here: the page that sent it is gone. */
  clear(): void {
    this.#arriving.clear();
  }

  #take({ bulk }: BulkReference): Uint8Array<ArrayBuffer> | null {
    const arrived = this.#arriving.get(bulk);
    this.#arriving.delete(bulk);
    return arrived && arrived.filled === arrived.whole.length ? arrived.whole : null;
  }
}
