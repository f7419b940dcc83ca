/** @file A list of numbers that grows to millions without a box for each. */

export class NumberSeries {
  private buffer = new Float64Array(256);
  private count = 0;

  get length(): number {
    return this.count;
  }

  get last(): number | null {
    return this.count === 0 ? null : this.buffer[this.count - 1]!;
  }

  push(value: number): void {
    if (this.count === this.buffer.length) {
      const larger = new Float64Array(this.count * 2);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    this.buffer[this.count++] = value;
  }

  /** A view, valid until the next `push` or `truncate`. */
  values(): Float64Array {
    return this.buffer.subarray(0, this.count);
  }

  truncate(length: number): void {
    this.count = Math.min(this.count, length);
  }

  /** For an ascending series: how many numbers are smaller than `limit`. */
  countBelow(limit: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.buffer[middle]! < limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
