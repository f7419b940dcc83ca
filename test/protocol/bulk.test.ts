import { expect, test } from 'vitest';
import type { CheckpointEvent, TrainEvent } from '../../src/core/runs/run';
import { BulkInbox, type BulkPiece, type WireEvent } from '../../src/protocol/bulk';
import { sendEvents } from '../../webview/state/sendEvents';

const megabytes = (count: number) =>
  Uint8Array.from({ length: count * 2 ** 20 + 7 }, (_, i) => (i * 31) >> 5);
const checkpoint: CheckpointEvent = {
  kind: 'checkpoint',
  step: 3,
  epoch: 1,
  weights: megabytes(3),
  trainerState: new Uint8Array(0),
  isBest: true,
  best: null,
};
const warning: TrainEvent = { kind: 'warning', message: 'a.png cannot be read' };

/** Sends through a host that loses the pieces `isLost` names; what it opened, and how large the pieces were. */
async function send(events: readonly TrainEvent[], isLost: (piece: BulkPiece) => boolean = () => false) {
  const inbox = new BulkInbox();
  const sizes: number[] = [];
  let opened: readonly TrainEvent[] = [];
  await sendEvents(
    {
      piece: (piece) => {
        sizes.push(piece.bytes.length);
        if (!isLost(piece)) inbox.add(piece);
      },
      events: async (_run, _first, wire: readonly WireEvent[]) => {
        opened = inbox.open(wire);
        return { received: opened.length };
      },
    },
    'page',
    'run',
    1,
    events,
  );
  return { opened, sizes };
}

test('a checkpoint arrives as it was, in pieces of a megabyte', async () => {
  const { opened, sizes } = await send([warning, checkpoint]);
  expect(opened.map(({ kind }) => kind)).toEqual(['warning', 'checkpoint']);
  const { weights, trainerState, ...rest } = opened[1] as CheckpointEvent;
  expect(rest).toEqual({ kind: 'checkpoint', step: 3, epoch: 1, isBest: true, best: null });
  expect(Buffer.compare(weights, checkpoint.weights)).toBe(0);
  expect(trainerState).toHaveLength(0);
  expect(sizes).toEqual([2 ** 20, 2 ** 20, 2 ** 20, 7, 0]);
});

test('where a piece was lost, the events before it count and the rest will be sent again', async () => {
  const { opened } = await send([warning, checkpoint, warning], ({ offset }) => offset === 2 ** 20);
  expect(opened).toEqual([warning]);
});

test('pieces beyond the length that was claimed are not taken', () => {
  const inbox = new BulkInbox();
  inbox.add({ bulk: 'a', byteLength: 4, offset: 0, bytes: new Uint8Array(8) });
  const reference = { bulk: 'a' };
  expect(inbox.open([{ ...checkpoint, weights: reference, trainerState: reference }])).toEqual([]);
});
