/** @file One scan of a JPEG to coefficients: sequential and progressive (ITU-T T.81, annexes F and G). */
import { BitReader, type HuffmanTable, JpegError } from './jpegBits';

/** Where coefficient k of the zigzag order lies in an 8×8 block. */
export const ZIGZAG = Uint8Array.of(
  ...[
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21,
  ],
  ...[
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53,
    60, 61,
  ],
  ...[54, 47, 55, 62, 63],
);

export interface Component {
  readonly id: number;
  /** Sampling factors. */
  readonly h: number;
  readonly v: number;
  readonly quantization: number;
  /** Samples, without the padding to whole blocks. */
  readonly width: number;
  readonly height: number;
  /** Blocks stored, padded to whole MCUs. */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  /** 64 a block, row by row of blocks, not yet multiplied by the quantization table. */
  readonly coefficients: Int16Array;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly Component[];
  readonly mcusWide: number;
  readonly mcusHigh: number;
}

export interface ScanComponent {
  readonly component: Component;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
}

export interface Scan {
  readonly components: readonly ScanComponent[];
  /** First and last coefficient in zigzag order. */
  readonly start: number;
  readonly end: number;
  /** Successive approximation: bit position before (0: first scan) and now. */
  readonly high: number;
  readonly low: number;
  /** MCUs between restart markers; 0 for none. */
  readonly restartInterval: number;
}

type BlockDecoder = (at: number, scanned: ScanComponent, index: number) => void;

/** Fills coefficients from the data at `position`; gives the position where the scan ends. @throws JpegError */
export function decodeScan(bytes: Uint8Array, position: number, frame: Frame, scan: Scan): number {
  const decoder = new ScanDecoder(new BitReader(bytes, position), frame, scan);
  return decoder.run();
}

class ScanDecoder {
  private readonly predictions: Int32Array;
  /** Blocks of an AC scan that have nothing more to say. */
  private endOfBandRun = 0;

  constructor(
    private readonly bits: BitReader,
    private readonly frame: Frame,
    private readonly scan: Scan,
  ) {
    this.predictions = new Int32Array(scan.components.length);
  }

  run(): number {
    const { components, restartInterval } = this.scan;
    const decode = this.blockDecoder();
    const single = components.length === 1 ? components[0]! : null;
    // A scan of one component has no padding blocks: its MCU is a single block.
    const wide = single ? Math.ceil(single.component.width / 8) : this.frame.mcusWide;
    const high = single ? Math.ceil(single.component.height / 8) : this.frame.mcusHigh;
    for (let mcu = 0; mcu < wide * high; mcu++) {
      if (restartInterval > 0 && mcu > 0 && mcu % restartInterval === 0) {
        this.bits.restart();
        this.predictions.fill(0);
        this.endOfBandRun = 0;
      }
      const column = mcu % wide;
      const row = (mcu - column) / wide;
      if (single) decode((row * single.component.blocksWide + column) * 64, single, 0);
      else {
        components.forEach((scanned, index) => {
          const { h, v, blocksWide } = scanned.component;
          for (let y = 0; y < v; y++) {
            for (let x = 0; x < h; x++)
              decode(((row * v + y) * blocksWide + column * h + x) * 64, scanned, index);
          }
        });
      }
    }
    return this.bits.position;
  }

  private blockDecoder(): BlockDecoder {
    const { start, high } = this.scan;
    if (!this.frame.progressive) return this.sequential;
    if (start === 0) return high === 0 ? this.dcFirst : this.dcRefine;
    return high === 0 ? this.acFirst : this.acRefine;
  }

  private readonly sequential: BlockDecoder = (at, scanned, index) => {
    const { coefficients } = scanned.component;
    this.predictions[index]! += this.bits.receiveExtended(this.bits.decode(table(scanned.dc)) & 15);
    coefficients[at] = this.predictions[index]!;
    const ac = table(scanned.ac);
    for (let k = 1; k < 64; k++) {
      const symbol = this.bits.decode(ac);
      const size = symbol & 15;
      if (size === 0) {
        if (symbol < 0xf0) return;
        k += 15;
        continue;
      }
      k += symbol >> 4;
      const value = this.bits.receiveExtended(size);
      if (k < 64) coefficients[at + ZIGZAG[k]!] = value;
    }
  };

  private readonly dcFirst: BlockDecoder = (at, scanned, index) => {
    this.predictions[index]! += this.bits.receiveExtended(this.bits.decode(table(scanned.dc)) & 15);
    scanned.component.coefficients[at] = this.predictions[index]! << this.scan.low;
  };

  private readonly dcRefine: BlockDecoder = (at, { component }) => {
    if (this.bits.read(1)) component.coefficients[at]! |= 1 << this.scan.low;
  };

  private readonly acFirst: BlockDecoder = (at, scanned) => {
    if (this.endOfBandRun > 0) {
      this.endOfBandRun--;
      return;
    }
    const { end, low } = this.scan;
    const ac = table(scanned.ac);
    for (let k = this.scan.start; k <= end; k++) {
      const symbol = this.bits.decode(ac);
      const run = symbol >> 4;
      const size = symbol & 15;
      if (size === 0) {
        if (run < 15) {
          this.endOfBandRun = (1 << run) - 1 + this.bits.read(run);
          return;
        }
        k += 15;
        continue;
      }
      k += run;
      const value = this.bits.receiveExtended(size) << low;
      if (k < 64) scanned.component.coefficients[at + ZIGZAG[k]!] = value;
    }
  };

  /** Adds one bit to each coefficient that is known, and places new ones of ±1 in between. */
  private readonly acRefine: BlockDecoder = (at, scanned) => {
    const { coefficients } = scanned.component;
    const { end, low } = this.scan;
    const ac = table(scanned.ac);
    const bit = 1 << low;
    const refine = (place: number): void => {
      const value = coefficients[place]!;
      if (this.bits.read(1) && (value & bit) === 0) coefficients[place] = value + (value >= 0 ? bit : -bit);
    };
    let k = this.scan.start;
    if (this.endOfBandRun === 0) {
      for (; k <= end; k++) {
        const symbol = this.bits.decode(ac);
        let zeros = symbol >> 4;
        let fresh = 0;
        if ((symbol & 15) !== 0) fresh = this.bits.read(1) ? bit : -bit;
        else if (zeros < 15) {
          this.endOfBandRun = (1 << zeros) + this.bits.read(zeros);
          break;
        }
        for (; k <= end; k++) {
          const place = at + ZIGZAG[k]!;
          if (coefficients[place] !== 0) refine(place);
          else if (--zeros < 0) {
            if (fresh !== 0) coefficients[place] = fresh;
            break;
          }
        }
      }
    }
    if (this.endOfBandRun > 0) {
      for (; k <= end; k++) if (coefficients[at + ZIGZAG[k]!] !== 0) refine(at + ZIGZAG[k]!);
      this.endOfBandRun--;
    }
  };
}

function table(found: HuffmanTable | undefined): HuffmanTable {
  if (!found) throw new JpegError('damaged', 'the JPEG refers to a Huffman table that it does not have');
  return found;
}
