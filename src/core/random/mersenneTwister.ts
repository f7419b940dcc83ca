/** @file MT19937, the engine below PyTorch's CPU generator (Matsumoto and Nishimura, 1998). */

const SIZE = 624;
const SHIFT = 397;

export class MersenneTwister {
  private readonly state = new Uint32Array(SIZE);
  private next = SIZE;

  /** The seed's lowest 32 bits, as `torch.manual_seed` takes them. */
  constructor(seed: number) {
    this.state[0] = seed >>> 0;
    for (let index = 1; index < SIZE; index++) {
      const previous = this.state[index - 1]!;
      this.state[index] = Math.imul(1812433253, previous ^ (previous >>> 30)) + index;
    }
  }

  /** 32 random bits as an unsigned number. */
  random(): number {
    if (this.next === SIZE) this.twist();
    let y = this.state[this.next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  private twist(): void {
    const { state } = this;
    for (let index = 0; index < SIZE; index++) {
      const y = (state[index]! & 0x80000000) | (state[(index + 1) % SIZE]! & 0x7fffffff);
      state[index] = state[(index + SHIFT) % SIZE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }
}
