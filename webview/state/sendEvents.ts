/** @file Events on their way to the host, with the bytes of checkpoints going ahead in pieces. */
import type { TrainEvent } from '../../src/core/runs/run';
import { macrotask } from '../../src/engine/macrotask';
import { type BulkPiece, type BulkReference, inPieces, type WireEvent } from '../../src/protocol/bulk';

/** The two calls of the host that this needs. */
export interface EventHost {
  /** Without an answer: in a window in the background one answer may take a minute. */
  piece(piece: BulkPiece): void;
  events(
    runId: string,
    firstNumber: number,
    events: readonly WireEvent[],
  ): Promise<{ readonly received: number }>;
}

/** Pieces between two breaths, so that the page stays responsive. */
const PIECES_AT_ONCE = 4;

/** @param bootId tells this page's arrays from those of one before it */
export async function sendEvents(
  host: EventHost,
  bootId: string,
  runId: string,
  firstNumber: number,
  events: readonly TrainEvent[],
): Promise<{ readonly received: number }> {
  const wire: WireEvent[] = [];
  for (const event of events) {
    if (event.kind !== 'checkpoint') {
      wire.push(event);
      continue;
    }
    const weights = await sendAhead(host, bootId, event.weights);
    wire.push({ ...event, weights, trainerState: await sendAhead(host, bootId, event.trainerState) });
  }
  return host.events(runId, firstNumber, wire);
}

async function sendAhead(host: EventHost, bootId: string, bytes: Uint8Array): Promise<BulkReference> {
  let bulk = '';
  let sent = 0;
  for (const piece of inPieces(bytes, bootId)) {
    host.piece(piece);
    bulk = piece.bulk;
    if (++sent % PIECES_AT_ONCE === 0) await macrotask();
  }
  return { bulk };
}
