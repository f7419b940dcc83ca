import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TrainEvent } from '../../src/core/runs/run';
import { EventSender } from '../../webview/state/eventSender';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function step(number: number): TrainEvent {
  return {
    kind: 'step',
    step: number,
    epoch: 1,
    loss: 1,
    metrics: {},
    lr: 0.1,
    secondsLeft: null,
    millisecondsPerStep: 1,
  };
}

function checkpoint(at: number): TrainEvent {
  const weights = new Uint8Array(4);
  return {
    kind: 'checkpoint',
    step: at,
    epoch: 1,
    weights,
    trainerState: weights,
    isBest: false,
    best: null,
  };
}

function show(event: TrainEvent): string {
  return 'step' in event ? `${event.kind} ${event.step}` : event.kind;
}

/** A host that writes down what it gets; `answers` overrides what it says, null throws. */
function recordingHost(answers: (number | null)[] = []) {
  const messages: string[] = [];
  const sender = new EventSender(async (first, events) => {
    messages.push(`${first}: ${events.map(show).join(', ')}`);
    const answer = answers.length > 0 ? answers.shift() : first + events.length - 1;
    if (answer == null) throw new Error('away');
    return { received: answer };
  });
  return { messages, sender };
}

test('steps travel together, at most four messages a second', async () => {
  const { messages, sender } = recordingHost();
  for (let at = 1; at <= 100; at++) {
    sender.add(step(at));
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(messages.length).toBeLessThanOrEqual(5);
  await vi.advanceTimersByTimeAsync(300);
  expect(messages.join(', ').match(/step \d+/g)).toHaveLength(100);
  expect(messages[1]).toMatch(/^2: step 2, step 3/);
  expect(sender.backlog).toBe(0);
});

test('a checkpoint has a message of its own', async () => {
  const { messages, sender } = recordingHost();
  sender.add(step(1));
  sender.add(step(2));
  sender.add(checkpoint(2));
  sender.add(step(3));
  await vi.advanceTimersByTimeAsync(2000);
  expect(messages).toEqual(['1: step 1', '2: step 2', '3: checkpoint 2', '4: step 3']);
});

test('what the host missed is sent again under the same number', async () => {
  const { messages, sender } = recordingHost([null, 0]);
  sender.add(step(1));
  sender.add(step(2));
  await vi.advanceTimersByTimeAsync(5000);
  expect(messages).toEqual(['1: step 1', '1: step 1', '1: step 1', '2: step 2']);
});

test('a partly received message goes on where the host stands', async () => {
  const { messages, sender } = recordingHost([1, 2, 4]);
  sender.add(step(1));
  for (const at of [2, 3, 4]) sender.add(step(at));
  await vi.advanceTimersByTimeAsync(5000);
  expect(messages).toEqual(['1: step 1', '2: step 2, step 3, step 4', '3: step 3, step 4']);
});

test('while the host is away only the newest checkpoint is kept', async () => {
  const { messages, sender } = recordingHost([null]);
  sender.add(step(1));
  for (const at of [2, 3, 4]) sender.add(checkpoint(at));
  await vi.advanceTimersByTimeAsync(5000);
  expect(messages).toEqual(['1: step 1', '1: step 1', '2: checkpoint 4']);
});

test('the end of a run is told at once', async () => {
  const { messages, sender } = recordingHost();
  sender.add(step(1));
  await vi.advanceTimersByTimeAsync(1);
  sender.add({ kind: 'state', state: 'completed', error: null, hint: null });
  await vi.advanceTimersByTimeAsync(1);
  expect(messages).toEqual(['1: step 1', '2: state']);
});
