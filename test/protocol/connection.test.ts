import { describe, expect, it } from 'vitest';
import { connect, type MessageChannelEnd } from '../../src/protocol/connection';

/** A webview's channel: typed arrays pass as they are, the rest as JSON. */
function channel(): [MessageChannelEnd, MessageChannelEnd] {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const end = (own: number): MessageChannelEnd => ({
    post: (message) => {
      const copy = overWire(message);
      queueMicrotask(() => {
        for (const listener of listeners[1 - own] ?? []) listener(copy);
      });
    },
    on: (listener) => listeners[own]?.push(listener),
  });
  return [end(0), end(1)];
}

function overWire(value: unknown): unknown {
  const arrays: Uint8Array[] = [];
  const text = JSON.stringify(value, (_, member: unknown) =>
    member instanceof Uint8Array ? { $bytes: arrays.push(member) - 1 } : member,
  );
  return JSON.parse(text, (_, member: unknown) =>
    typeof member === 'object' && member !== null && '$bytes' in member
      ? arrays[Number(member.$bytes)]
      : member,
  );
}

interface Adder {
  add(a: number, b: number): Promise<number>;
  size(bytes: Uint8Array): Promise<number>;
  fail(): Promise<void>;
}

class RealAdder implements Adder {
  private readonly sums: number[] = [];
  async add(a: number, b: number): Promise<number> {
    this.sums.push(a + b);
    return a + b;
  }
  async size(bytes: Uint8Array): Promise<number> {
    return bytes.length;
  }
  async fail(): Promise<void> {
    throw new Error('the disk is full');
  }
}

describe('connect', () => {
  const [host, page] = channel();
  connect<object, Adder>(new RealAdder(), host);
  const adder = connect<Adder, object>({}, page);

  it('calls methods of a class at the other end', async () => {
    expect(await adder.add(1, 2)).toBe(3);
  });

  it('passes bytes', async () => {
    expect(await adder.size(new Uint8Array(5))).toBe(5);
  });

  it('brings an error over with its message, though the wire is JSON', async () => {
    await expect(adder.fail()).rejects.toThrow('the disk is full');
  });
});
