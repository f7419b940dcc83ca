/** @file Bits and Huffman codes of a JPEG scan (ITU-T T.81, annexes C and F.2.2). */

/** Codes up to this length are looked up at once. */
const FAST_BITS = 9;

/** Thrown inside the decoder and turned into an `ImageError` where it is entered. */
export class JpegError extends Error {
  constructor(
    readonly code: 'truncated' | 'damaged',
    message: string,
  ) {
    super(message);
  }
}

export class HuffmanTable {
  /** Length << 8 | value, by the next `FAST_BITS` bits; 0 where the code is longer. */
  readonly fast = new Uint16Array(1 << FAST_BITS);
  /** Greatest code of each length, −1 where there is none; and what turns a code into the index of its value. */
  readonly greatest = new Int32Array(17).fill(-1);
  readonly offset = new Int32Array(17);

  /** @param counts how many codes of length 1…16 there are @param values in order of their codes */
  constructor(
    counts: Uint8Array,
    readonly values: Uint8Array,
  ) {
    let code = 0;
    let index = 0;
    for (let length = 1; length <= 16; length++) {
      this.offset[length] = index - code;
      for (let count = counts[length - 1]!; count > 0; count--) {
        if (code >= 1 << length) throw new JpegError('damaged', 'a Huffman table has more codes than fit');
        if (length <= FAST_BITS) {
          const first = code << (FAST_BITS - length);
          this.fast.fill((length << 8) | values[index]!, first, first + (1 << (FAST_BITS - length)));
        }
        code++;
        index++;
      }
      this.greatest[length] = counts[length - 1]! > 0 ? code - 1 : -1;
      code <<= 1;
    }
  }
}

export class BitReader {
  private buffer = 0;
  private available = 0;
  /** Bits of `available` that the file does not have; the reader goes on with zeros until they are needed. */
  private padding = 0;

  constructor(
    private readonly bytes: Uint8Array,
    /** Of the next byte to take in. */
    public position: number,
  ) {}

  /** @param count 0…16 */
  read(count: number): number {
    if (count === 0) return 0;
    const bits = this.peek(count);
    this.skip(count);
    return bits;
  }

  decode(table: HuffmanTable): number {
    const entry = table.fast[this.peek(FAST_BITS)]!;
    if (entry !== 0) {
      this.skip(entry >> 8);
      return entry & 0xff;
    }
    const bits = this.peek(16);
    for (let length = FAST_BITS + 1; length <= 16; length++) {
      const code = bits >> (16 - length);
      if (code <= table.greatest[length]!) {
        this.skip(length);
        return table.values[code + table.offset[length]!]!;
      }
    }
    throw new JpegError(
      this.padding > 0 ? 'truncated' : 'damaged',
      'the JPEG holds a code that is in no table',
    );
  }

  /** A signed number of `size` bits: the upper half of the range is positive, the lower one stands for negatives. */
  receiveExtended(size: number): number {
    const bits = this.read(size);
    return size > 0 && bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
  }

  /** Steps over the marker RST0…RST7 that belongs here. */
  restart(): void {
    this.buffer = 0;
    this.available = 0;
    this.padding = 0;
    while (this.bytes[this.position] === 0xff && this.bytes[this.position + 1] === 0xff) this.position++;
    const marker = this.bytes[this.position + 1];
    if (this.bytes[this.position] !== 0xff || marker === undefined || (marker & 0xf8) !== 0xd0) {
      const code = this.position >= this.bytes.length ? 'truncated' : 'damaged';
      throw new JpegError(code, 'a restart marker is missing in the JPEG');
    }
    this.position += 2;
  }

  private peek(count: number): number {
    while (this.available < count) this.takeByte();
    return (this.buffer >>> (this.available - count)) & ((1 << count) - 1);
  }

  private skip(count: number): void {
    this.available -= count;
    if (this.available < this.padding)
      throw new JpegError('truncated', 'the JPEG ends before its last pixels');
  }

  /** In a scan, 0xFF is followed by 0x00; anything else there is a marker and ends it. */
  private takeByte(): void {
    let byte = this.bytes[this.position];
    if (byte === 0xff && this.bytes[this.position + 1] === 0) this.position += 2;
    else if (byte === undefined || byte === 0xff) {
      byte = 0;
      this.padding += 8;
    } else this.position++;
    this.buffer = (this.buffer << 8) | byte;
    this.available += 8;
  }
}
